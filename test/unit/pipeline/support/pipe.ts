import type { BytePipe } from '../../../../worker/ports.ts';

/**
 * A pipe that hands nothing on before the reader asks for it, so that a test can say how far a stream has come: a write is over
 * once the reader asks for more. The runtime's pipe ends a write a little sooner, when the reader has taken it
 * (test/workers/stream-body.test.ts).
 */
export function newPipe(): BytePipe {
  let isAsked = false;
  let gone: { reason: unknown } | undefined;
  let onChange = () => {};
  let reading: ReadableStreamDefaultController<Uint8Array>;
  let writing: WritableStreamDefaultController;
  let answered = () => {};

  /** Until the reader asks; rejects once it is gone. */
  const asked = async (): Promise<void> => {
    while (!isAsked && gone === undefined) {
      await new Promise<void>((resolve) => {
        onChange = resolve;
      });
    }
    if (gone !== undefined) throw gone.reason;
  };
  const writable = new WritableStream<Uint8Array>({
    start(controller) {
      writing = controller;
    },
    async write(chunk) {
      await asked();
      isAsked = false;
      reading.enqueue(chunk);
      answered();
      await asked();
    },
    close() {
      reading.close();
      answered();
    },
    abort(reason) {
      reading.error(reason);
    },
  });
  const readable = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        reading = controller;
      },
      pull() {
        isAsked = true;
        onChange();
        return new Promise((resolve) => {
          answered = resolve;
        });
      },
      async cancel(reason) {
        gone = { reason };
        writing.error(reason);
        onChange();
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
    { highWaterMark: 0 },
  );
  return { readable, writable };
}
