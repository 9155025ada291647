/** A committed stream on its way to the reader: chunk by chunk, with backpressure, ending in `[DONE]` or in a named error. */
import { errorToWire } from '../../protocol/errors.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Ending } from './meter.ts';
import type { Chunk, ProviderStream } from './provider-stream.ts';

export interface StreamBodyInput {
  opening: Chunk[];
  ended: boolean;
  stream: ProviderStream;
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
  const { opening, ended, stream, usageChunk, onChunks, onEnd, gone } = input;
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
    return usage === undefined ? DONE : `data: ${JSON.stringify(usage)}\n\n${DONE}`;
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
        controller.enqueue(encoder.encode(ended ? eventsText(opening) + ending() : eventsText(opening)));
      },
      async pull(controller) {
        if (ended) return finish(controller);
        const { chunks, end } = await stream.read();
        onChunks?.(chunks);
        let text = chunks.length === 0 && end === undefined ? KEEP_ALIVE : eventsText(chunks);
        if (end?.complete === true) text += ending();
        if (end?.complete === false) {
          onEnd(end.slowReader ? 'left' : end.failure.kind);
          text += interrupted(end.failure);
        }
        if (text !== '') controller.enqueue(encoder.encode(text));
        if (end !== undefined) await finish(controller);
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

function interrupted({ message }: Failure): string {
  const { body } = errorToWire({ code: 'stream_interrupted', detail: message });
  return `data: ${JSON.stringify(body)}\n\n`;
}

function eventsText(chunks: readonly Chunk[]): string {
  let text = '';
  for (const { data } of chunks) text += `data: ${data}\n\n`;
  return text;
}
