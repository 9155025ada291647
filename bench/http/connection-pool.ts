import { Connection } from './connection.ts';

/** Connections for an open loop: as many as there are requests under way. The longest unused one goes first, because a
 * server closes what idles for some seconds. */
export class ConnectionPool {
  readonly #port: number;
  readonly #idle: Connection[];

  static async open(port: number, connections: number): Promise<ConnectionPool> {
    return new ConnectionPool(port, await Connection.openMany(port, connections));
  }

  private constructor(port: number, idle: Connection[]) {
    this.#port = port;
    this.#idle = idle;
  }

  async take(): Promise<Connection> {
    for (let connection = this.#idle.shift(); connection !== undefined; connection = this.#idle.shift()) {
      if (connection.isOpen) return connection;
    }
    return Connection.open(this.#port);
  }

  giveBack(connection: Connection): void {
    if (connection.isOpen) this.#idle.push(connection);
  }

  close(): void {
    for (const connection of this.#idle) connection.close();
  }
}
