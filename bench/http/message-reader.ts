/** Receives each message. `body` may be called several times. */
export interface MessageHandler {
  head(startLine: string): void;
  body(segment: Buffer): void;
  end(): void;
}

type State = 'head' | 'body' | 'chunkSize' | 'chunkData' | 'chunkEnd' | 'trailer';

const EMPTY = Buffer.alloc(0);

/** Parses HTTP/1.1 messages from a socket's bytes, however they are split. It knows only `content-length` and `chunked` framing. Both
 * client and upstream use it, because a full HTTP stack would take a share of the two cores that are being measured. */
export class MessageReader {
  readonly #handler: MessageHandler;
  #state: State = 'head';
  #pending: Buffer = EMPTY;
  #bytesLeft = 0;

  constructor(handler: MessageHandler) {
    this.#handler = handler;
  }

  push(data: Buffer): void {
    let rest = this.#pending.length > 0 ? Buffer.concat([this.#pending, data]) : data;
    this.#pending = EMPTY;
    while (rest.length > 0) {
      const used = this.#step(rest);
      if (used === 0) {
        this.#pending = rest;
        return;
      }
      rest = rest.subarray(used);
    }
  }

  /** Reads one part and returns how many bytes it took. 0 means that it needs more bytes. */
  #step(bytes: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#head(bytes);
      case 'body':
      case 'chunkData':
        return this.#data(bytes);
      case 'chunkEnd':
        if (bytes.length < 2) return 0;
        this.#state = 'chunkSize';
        return 2;
      case 'chunkSize':
        return this.#chunkSize(bytes);
      case 'trailer':
        return this.#trailer(bytes);
    }
  }

  #head(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return 0;
    const head = bytes.toString('latin1', 0, end);
    this.#handler.head(head.slice(0, head.indexOf('\r\n')));
    if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
      this.#state = 'chunkSize';
    } else {
      this.#bytesLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (this.#bytesLeft > 0) this.#state = 'body';
      else this.#finish();
    }
    return end + 4;
  }

  #data(bytes: Buffer): number {
    const used = Math.min(bytes.length, this.#bytesLeft);
    this.#bytesLeft -= used;
    this.#handler.body(bytes.subarray(0, used));
    if (this.#bytesLeft > 0) return used;
    if (this.#state === 'chunkData') this.#state = 'chunkEnd';
    else this.#finish();
    return used;
  }

  #chunkSize(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n');
    if (end < 0) return 0;
    this.#bytesLeft = Number.parseInt(bytes.toString('latin1', 0, end), 16);
    this.#state = this.#bytesLeft > 0 ? 'chunkData' : 'trailer';
    return end + 2;
  }

  #trailer(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n');
    if (end < 0) return 0;
    if (end === 0) this.#finish();
    return end + 2;
  }

  #finish(): void {
    this.#state = 'head';
    this.#handler.end();
  }
}
