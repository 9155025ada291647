/** A committed stream on its way to the reader: chunk by chunk, with backpressure, ending in `[DONE]` or in a named error. */
import { errorToWire } from '../../protocol/errors.ts';
import { commentText, DONE, dataText } from '../../protocol/sse.ts';
import type { CarryonField } from '../core/answers/carryon-field.ts';
import { pageChunk } from '../core/answers/page-body.ts';
import { type Failure, shownSentence } from '../core/routing/failure.ts';
import type { Ending } from '../pipeline/meter.ts';
import type { Clock } from '../ports.ts';
import type { Chunk, ProviderStream } from '../upstream/provider-stream.ts';

export interface StreamBodyInput {
  opening: Chunk[];
  ended: boolean;
  stream: ProviderStream;
  /** Set for callers who may not learn who served: the model's name for them. */
  pageAlias?: string | undefined;
  /** What follows the provider's chunks, such as the usage for a client that asked; read once the answer is complete. */
  lastChunk(): Record<string, unknown> | undefined;
  /** Set where the reader is told how the answer was made, however it ends. */
  told?: ((cut: Failure) => CarryonField) | undefined;
  /** Told of all that is shown, before the end is. */
  onChunks?: ((chunks: readonly Chunk[]) => void) | undefined;
  /** Its first call counts. */
  onEnd(ending: Ending): void;
  /** Aborts when the client leaves; the platform has not always cancelled the body then. */
  gone: AbortSignal | undefined;
  clock: Clock;
}

const encoder = new TextEncoder();
const KEEP_ALIVE = commentText('keep-alive');
/** After so much silence the reader hears that the line is alive, and we hear whether it has left. */
const SILENCE_MS = 5_000;

export function streamBody(input: StreamBodyInput): ReadableStream<Uint8Array> {
  const { opening, ended, stream, pageAlias, lastChunk, told, onChunks, onEnd, gone, clock } = input;
  let saidAt = clock.now();
  /** The provider is waited for, and the reader for it: between two events. */
  let isWaiting = false;
  let callOff = () => {};
  const leave = (): void => {
    callOff();
    stream.leave(() => onEnd('left'));
  };
  gone?.addEventListener('abort', leave);
  stream.onSlowReader = leave;
  if (gone?.aborted) leave(); // no event comes any more
  const ending = (): string => {
    onEnd('complete');
    const last = lastChunk();
    const done = dataText(DONE);
    return last === undefined ? done : eventsText([{ data: JSON.stringify(last) }], pageAlias) + done;
  };
  /** One timer for a whole stream: one that comes too early sleeps on. */
  const keepAlive = (controller: ReadableStreamDefaultController): void => {
    callOff = clock.after(Math.max(1, saidAt + SILENCE_MS - clock.now()), () => {
      const now = clock.now();
      if (now - saidAt >= SILENCE_MS) {
        if (isWaiting) controller.enqueue(encoder.encode(KEEP_ALIVE));
        saidAt = now;
      }
      keepAlive(controller);
    });
  };
  const finish = async (controller: ReadableStreamDefaultController): Promise<void> => {
    callOff();
    await stream.drained();
    try {
      controller.close();
    } catch {
      // the reader has left in the meantime
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        onChunks?.(opening);
        controller.enqueue(
          encoder.encode(ended ? eventsText(opening, pageAlias) + ending() : eventsText(opening, pageAlias)),
        );
        if (!ended && !gone?.aborted) keepAlive(controller);
      },
      async pull(controller) {
        if (ended) return finish(controller);
        isWaiting = true;
        const { chunks, end } = await stream.read();
        isWaiting = false;
        saidAt = clock.now();
        onChunks?.(chunks);
        let text = eventsText(chunks, pageAlias);
        if (end?.complete === true) text += ending();
        if (end?.complete === false) {
          onEnd(end.slowReader ? 'left' : end.failure.kind);
          text += interrupted(end.failure, pageAlias === undefined, told?.(end.failure));
        }
        if (text !== '') controller.enqueue(encoder.encode(text));
        if (end !== undefined) await finish(controller);
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

function interrupted(failure: Failure, seesProvider: boolean, carryon: CarryonField | undefined): string {
  const { body } = errorToWire({ code: 'stream_interrupted', detail: shownSentence(failure, seesProvider) });
  return dataText(JSON.stringify({ ...body, carryon }));
}

function eventsText(chunks: readonly Pick<Chunk, 'data'>[], pageAlias: string | undefined): string {
  let text = '';
  for (const { data } of chunks) text += dataText(pageAlias === undefined ? data : pageChunk(data, pageAlias));
  return text;
}
