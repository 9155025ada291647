import type { StreamStep, StreamTranslator } from '../adapter.ts';

/** A stream whose chunks are rewritten. `rewrite` returns undefined for a chunk that is nested too deeply. */
export class RewrittenStream implements StreamTranslator {
  readonly #stream: StreamTranslator;
  readonly #rewrite: (data: string) => string | undefined;

  constructor(stream: StreamTranslator, rewrite: (data: string) => string | undefined) {
    this.#stream = stream;
    this.#rewrite = rewrite;
  }

  get complete() {
    return this.#stream.complete;
  }

  get finishedAll() {
    return this.#stream.finishedAll;
  }

  get surelyFinished() {
    return this.#stream.surelyFinished;
  }

  get usage() {
    return this.#stream.usage;
  }

  get model() {
    return this.#stream.model;
  }

  get finishReason() {
    return this.#stream.finishReason;
  }

  envelope() {
    return this.#stream.envelope();
  }

  usageChunk() {
    return this.#stream.usageChunk();
  }

  event(name: string | undefined, data: string): StreamStep[] {
    return this.#stream.event(name, data).map((step) => {
      if (step.kind !== 'chunk') return step;
      const data = this.#rewrite(step.data);
      return data === undefined ? { kind: 'lost', textBytes: step.textBytes } : { ...step, data };
    });
  }
}
