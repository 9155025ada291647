import type { Connection, ReplyHandler } from '../http/connection.ts';
import { ANSWER_TEXT } from '../upstream/wire.ts';

const ANSWER = Buffer.from(ANSWER_TEXT);

/** Checks one whole reply. It must have status 200 and contain the upstream's whole answer. */
export class WholeReply implements ReplyHandler {
  readonly #settled: (failure: string | undefined) => void;
  #status = 0;
  #segments: Buffer[] = [];

  constructor(settled: (failure: string | undefined) => void) {
    this.#settled = settled;
  }

  status(code: number): void {
    this.#status = code;
    this.#segments = [];
  }

  body(segment: Buffer): void {
    this.#segments.push(segment);
  }

  end(): void {
    const [only] = this.#segments;
    const body = this.#segments.length === 1 && only !== undefined ? only : Buffer.concat(this.#segments);
    if (this.#status === 200 && body.includes(ANSWER)) this.#settled(undefined);
    else this.#settled(`status ${this.#status}, body ${body.toString('utf8', 0, 300)}`);
  }

  failed(reason: string): void {
    this.#settled(reason);
  }
}

/** Sends one request. Resolves with what was wrong, or with undefined if nothing was. */
export function ask(connection: Connection, request: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => connection.send(request, new WholeReply(resolve)));
}
