/** Fails a test in which a request closed no record, or more than one. Every test that sends a request checks it. */
import { onTestFinished } from 'vitest';
import type { ClosedRecord } from '../../../../worker/core/slo/record.ts';
import type { BytePipe } from '../../../../worker/ports.ts';

export class Closings {
  readonly records: ClosedRecord[] = [];
  #sent = 0;
  /** Responses that were made, or that a bug stood in the way of. */
  #answered = 0;
  readonly #open = new Set<WritableStreamDefaultWriter<Uint8Array>>();
  #isWatched = false;

  /** The name of the next request. */
  nextId(): string {
    this.#watch();
    this.#sent++;
    return `request-${this.#sent}`;
  }

  answering(work: Promise<Response>): Promise<Response> {
    const answered = () => void this.#answered++;
    work.then(answered, answered);
    return work;
  }

  /** A stream that is not over need not have closed its record yet. */
  piping(pipe: BytePipe): BytePipe {
    const getWriter = () => {
      const writer = WritableStream.prototype.getWriter.call(pipe.writable);
      this.#open.add(writer);
      const over = () => void this.#open.delete(writer);
      writer.closed.then(over, over);
      return writer;
    };
    Object.assign(pipe.writable, { getWriter });
    return pipe;
  }

  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    try {
      onTestFinished(() => this.check());
    } catch {
      // Sent outside of a test, such as in `beforeAll`.
    }
  }

  check(): void {
    const ids = this.records.map(({ requestId }) => requestId);
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
    if (twice.length > 0) throw new Error(`closed more than once: ${twice.join(', ')}`);
    const least = this.#answered - this.#open.size;
    if (ids.length < least) throw new Error(`${least} requests are over, and ${ids.length} records were closed`);
    if (ids.length > this.#sent) throw new Error(`${ids.length} records of ${this.#sent} requests`);
  }
}
