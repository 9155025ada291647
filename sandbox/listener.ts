import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const HOST = '127.0.0.1';
/** Longer than any client keeps a connection, because closing one that is in use would be an unintended fault. */
const KEEP_ALIVE_MS = 600_000;
const REOPEN_ATTEMPTS = 50;

/** A server that can stop listening and come back on the same port. */
export class Listener {
  readonly #server: Server;
  #port: number;
  #open = false;

  constructor(port: number, handle: RequestListener) {
    this.#port = port;
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, handle);
  }

  get port(): number {
    return this.#port;
  }

  get origin(): string {
    return `http://${HOST}:${this.#port}`;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  async open(): Promise<void> {
    if (this.#open) return;
    this.#server.listen(this.#port, HOST);
    await once(this.#server, 'listening');
    this.#open = true;
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Listens again. It retries, because another process's outgoing connection may use the port for a moment while it is closed. */
  async reopen(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.open();
      } catch (error) {
        if (attempt === REOPEN_ATTEMPTS) throw error;
        await sleep(20);
      }
    }
  }

  /** From now on new connections are refused. Idle connections end, and running answers continue. */
  refuse(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#server.close();
  }

  async close(): Promise<void> {
    const closed = this.#open ? new Promise<void>((resolve) => this.#server.close(() => resolve())) : Promise.resolve();
    this.#open = false;
    this.#server.closeAllConnections();
    await closed;
  }
}
