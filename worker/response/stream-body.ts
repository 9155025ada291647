/** A committed stream on its way to the reader: chunk by chunk, with backpressure, ending in `[DONE]` or in a named error. */
import { errorToWire } from '../../protocol/errors.ts';
import { commentText, DONE, dataText } from '../../protocol/sse.ts';
import type { CarryonField } from '../core/answers/carryon-field.ts';
import { pageChunk } from '../core/answers/page-body.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Clock } from '../ports.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';
import type { AnswerSource, SourceEnd } from '../upstream/answer-source.ts';
import { pageError } from './refusal-of.ts';

export interface StreamBodyInput {
  source: AnswerSource;
  /** Set for callers who may not learn which provider answered: the model's name for them. */
  pageAlias?: string | undefined;
  /** What follows the provider's chunks, such as the usage for a client that asked; called once the answer is complete. */
  lastChunk(): Record<string, unknown> | undefined;
  /** Set where the reader is told how the answer was made, however it ends. */
  told?: ((cut: Failure) => CarryonField) | undefined;
  /** Called with all that is shown, before `lastChunk`. */
  onChunks?: ((chunks: readonly Chunk[]) => void) | undefined;
  clock: Clock;
}

const encoder = new TextEncoder();
const KEEP_ALIVE = commentText('keep-alive');
/** After so much silence the reader hears that the line is alive, and we hear whether it has left. */
const SILENCE_MS = 5_000;

export function streamBody(input: StreamBodyInput): ReadableStream<Uint8Array> {
  const { source, onChunks, pageAlias, clock } = input;
  let saidAt = clock.now();
  let callOff = () => {};
  const leave = (): void => {
    callOff();
    source.leave();
  };
  /** One timer for a whole stream: one that comes too early sleeps on. */
  const keepAlive = (controller: ReadableStreamDefaultController): void => {
    callOff = clock.after(Math.max(1, saidAt + SILENCE_MS - clock.now()), () => {
      const now = clock.now();
      if (now - saidAt >= SILENCE_MS) {
        if (source.isWaiting) controller.enqueue(encoder.encode(KEEP_ALIVE));
        saidAt = now;
      }
      if (!source.isLeft) keepAlive(controller);
    });
  };
  const pull = async (controller: ReadableStreamDefaultController): Promise<void> => {
    const { chunks, end } = await source.next();
    saidAt = clock.now();
    onChunks?.(chunks);
    const text = eventsText(chunks, pageAlias) + endingText(end, input);
    if (text !== '') controller.enqueue(encoder.encode(text));
    if (end === undefined) return;
    callOff();
    await source.drained();
    try {
      controller.close();
    } catch {
      // the reader has left in the meantime
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      async start(controller) {
        if (!source.isLeft) keepAlive(controller);
        await pull(controller);
      },
      pull,
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

function endingText(end: SourceEnd | undefined, { pageAlias, lastChunk, told }: StreamBodyInput): string {
  if (end === undefined) return '';
  if (end.kind === 'complete') {
    const last = lastChunk();
    const done = dataText(DONE);
    return last === undefined ? done : eventsText([{ data: JSON.stringify(last) }], pageAlias) + done;
  }
  const { body } = errorToWire(pageAlias === undefined ? end.error : pageError(end.error));
  return dataText(JSON.stringify({ ...body, carryon: told?.(end.failure) }));
}

function eventsText(chunks: readonly Pick<Chunk, 'data'>[], pageAlias: string | undefined): string {
  let text = '';
  for (const { data } of chunks) text += dataText(pageAlias === undefined ? data : pageChunk(data, pageAlias));
  return text;
}
