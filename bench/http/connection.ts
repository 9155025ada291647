import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MessageReader } from './message-reader.ts';

/** Receives one exchange as it arrives. It ends with exactly one call of `end` or `failed`. */
export interface ReplyHandler {
  status(code: number): void;
  body(segment: Buffer): void;
  end(): void;
  failed(reason: string): void;
}

const EXCHANGE_TIMEOUT_MS = 30_000;

/** A keep-alive connection that carries one exchange at a time. Requests are serialised beforehand. */
export class Connection {
  readonly #socket: Socket;
  readonly #reader: MessageReader;
  #handler: ReplyHandler | undefined;

  static async open(port: number): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  static openMany(port: number, connections: number): Promise<Connection[]> {
    return Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#reader = new MessageReader({
      head: (statusLine) => this.#handler?.status(Number(statusLine.slice(9, 12))),
      body: (segment) => this.#handler?.body(segment),
      end: () => this.#take()?.end(),
    });
    socket.on('data', (data) => this.#reader.push(data));
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', () => this.#fail('connection closed in the middle of a reply'));
    socket.setTimeout(EXCHANGE_TIMEOUT_MS, () => this.#fail(`nothing came for ${EXCHANGE_TIMEOUT_MS} ms`));
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  send(request: Buffer, handler: ReplyHandler): void {
    if (this.#handler !== undefined) throw new Error('this connection is in the middle of an exchange');
    this.#handler = handler;
    if (this.isOpen) this.#socket.write(request);
    else this.#fail('connection closed before the request');
  }

  close(): void {
    this.#handler = undefined;
    this.#socket.destroy();
  }

  #fail(reason: string): void {
    this.#socket.destroy();
    this.#take()?.failed(reason);
  }

  /** Clears the handler first, so that the handler may send the next request from within `end`. */
  #take(): ReplyHandler | undefined {
    const handler = this.#handler;
    this.#handler = undefined;
    return handler;
  }
}
