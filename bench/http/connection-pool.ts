import { nowMs } from '../clock.ts';
import { Connection } from './connection.ts';

/**
 * A connection that has been idle for longer is not used. A server closes idle connections after some seconds, perhaps just as the next
 * request is sent.
 */
const LONGEST_IDLE_MS = 3_000;

/** Kept connections. The one that has been idle longest is used first. More are opened if all are in use. */
export class ConnectionPool {
  readonly #port: number;
  readonly #idle: { connection: Connection; sinceMs: number }[] = [];

  static async open(port: number, connections: number): Promise<ConnectionPool> {
    const pool = new ConnectionPool(port);
    for (const connection of await Connection.openMany(port, connections)) pool.giveBack(connection);
    return pool;
  }

  private constructor(port: number) {
    this.#port = port;
  }

  async take(): Promise<Connection> {
    for (let idle = this.#idle.shift(); idle !== undefined; idle = this.#idle.shift()) {
      const { connection, sinceMs } = idle;
      if (connection.isOpen && nowMs() - sinceMs < LONGEST_IDLE_MS) return connection;
      connection.close();
    }
    return Connection.open(this.#port);
  }

  giveBack(connection: Connection): void {
    if (connection.isOpen) this.#idle.push({ connection, sinceMs: nowMs() });
  }

  close(): void {
    for (const { connection } of this.#idle) connection.close();
  }
}
