import { nowMicros } from '../clock.ts';
import type { ReplyHandler } from '../http/connection.ts';
import { StampScanner } from '../upstream/stamp.ts';

/** The times of one stream as its reader measured them. */
export interface StreamTiming {
  /** The time from the request to the first content, less the upstream's own time between the request's arrival and that content. */
  timeToFirstTokenMs: number;
  /** For every content chunk but the first, the time from its sending by the upstream to its arrival here. */
  chunkDelaysMs: number[];
}

/** Reads one streamed reply and the stamps in it, and checks that the stream is whole. */
export class StreamedReply implements ReplyHandler {
  readonly #sentAtMicros = nowMicros();
  readonly #contentChunks: number;
  readonly #settled: (result: StreamTiming | string) => void;
  readonly #scanner = new StampScanner();
  readonly #receivedAtMicros: number[] = [];
  #status = 0;
  #start = '';

  constructor(contentChunks: number, settled: (result: StreamTiming | string) => void) {
    this.#contentChunks = contentChunks;
    this.#settled = settled;
  }

  status(code: number): void {
    this.#status = code;
  }

  body(segment: Buffer): void {
    const receivedAtMicros = nowMicros();
    if (this.#start === '') this.#start = segment.toString('utf8', 0, 300);
    this.#scanner.push(segment);
    while (this.#receivedAtMicros.length < this.#scanner.sentAtMicros.length)
      this.#receivedAtMicros.push(receivedAtMicros);
  }

  end(): void {
    this.#settled(this.#outcome());
  }

  failed(reason: string): void {
    this.#settled(reason);
  }

  #outcome(): StreamTiming | string {
    const { arrivedAtMicros, sentAtMicros, done } = this.#scanner;
    const [firstSent] = sentAtMicros;
    const [firstReceived] = this.#receivedAtMicros;
    if (this.#status !== 200) return `status ${this.#status}, body ${this.#start}`;
    if (sentAtMicros.length !== this.#contentChunks || !done) {
      return `${sentAtMicros.length} of ${this.#contentChunks} chunks came, ${done ? '' : 'no '}[DONE]`;
    }
    if (arrivedAtMicros === undefined || firstSent === undefined || firstReceived === undefined) {
      return `the first content has no stamp: ${this.#start}`;
    }
    return {
      timeToFirstTokenMs: (firstReceived - this.#sentAtMicros - (firstSent - arrivedAtMicros)) / 1000,
      chunkDelaysMs: sentAtMicros
        .slice(1)
        .map((sent, index) => ((this.#receivedAtMicros[index + 1] ?? 0) - sent) / 1000),
    };
  }
}
