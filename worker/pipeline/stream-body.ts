/** A committed stream on its way to the reader: chunk by chunk, with backpressure, ending in `[DONE]` or in a named error. */
import { errorToWire } from '../../protocol/errors.ts';
import { pageChunk } from '../core/answers/page-body.ts';
import { type Failure, shownSentence } from '../core/routing/failure.ts';
import type { Ending } from './meter.ts';
import type { Chunk, ProviderStream } from './provider-stream.ts';

export interface StreamBodyInput {
  opening: Chunk[];
  ended: boolean;
  stream: ProviderStream;
  /** Set for callers who may not learn who served: the model's name for them. */
  pageAlias?: string | undefined;
  /** The closing usage chunk, for a client that asked; read once the answer is complete. */
  usageChunk(): Record<string, unknown> | undefined;
  /** Told of all that is shown, before the end is. */
  onChunks?: ((chunks: readonly Chunk[]) => void) | undefined;
  /** Its first call counts. */
  onEnd(ending: Ending): void;
  /** Aborts when the client leaves; the platform has not always cancelled the body then (PLATFORM.md §1.6). */
  gone: AbortSignal | undefined;
}

const encoder = new TextEncoder();
const DONE = 'data: [DONE]\n\n';
const KEEP_ALIVE = ': keep-alive\n\n';

export function streamBody(input: StreamBodyInput): ReadableStream<Uint8Array> {
  const { opening, ended, stream, pageAlias, usageChunk, onChunks, onEnd, gone } = input;
  const leave = (): void => {
    stream.cancel();
    onEnd('left');
  };
  gone?.addEventListener('abort', leave);
  stream.onSlowReader = leave;
  if (gone?.aborted) leave(); // no event comes any more
  const ending = (): string => {
    onEnd('complete');
    const usage = usageChunk();
    return usage === undefined ? DONE : `${eventsText([{ data: JSON.stringify(usage) }], pageAlias)}${DONE}`;
  };
  const finish = async (controller: ReadableStreamDefaultController): Promise<void> => {
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
      },
      async pull(controller) {
        if (ended) return finish(controller);
        const { chunks, end } = await stream.read();
        onChunks?.(chunks);
        let text = chunks.length === 0 && end === undefined ? KEEP_ALIVE : eventsText(chunks, pageAlias);
        if (end?.complete === true) text += ending();
        if (end?.complete === false) {
          onEnd(end.slowReader ? 'left' : end.failure.kind);
          text += interrupted(end.failure, pageAlias === undefined);
        }
        if (text !== '') controller.enqueue(encoder.encode(text));
        if (end !== undefined) await finish(controller);
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

function interrupted(failure: Failure, open: boolean): string {
  const { body } = errorToWire({ code: 'stream_interrupted', detail: shownSentence(failure, open) });
  return `data: ${JSON.stringify(body)}\n\n`;
}

function eventsText(chunks: readonly Pick<Chunk, 'data'>[], pageAlias: string | undefined): string {
  let text = '';
  for (const { data } of chunks) text += `data: ${pageAlias === undefined ? data : pageChunk(data, pageAlias)}\n\n`;
  return text;
}
