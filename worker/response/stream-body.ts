/** A committed stream on its way to the reader: chunk by chunk, with backpressure, ending in `[DONE]` or in a named error. */
import { errorToWire } from '../../protocol/errors.ts';
import { commentText, DONE, dataText } from '../../protocol/sse.ts';
import type { CarryonField } from '../core/answers/carryon-field.ts';
import { type AnswerForm, chunkIn, keepsChunks } from '../core/answers/forms.ts';
import { pageChunk } from '../core/answers/page-body.ts';
import { type Failure, interruption } from '../core/routing/failure.ts';
import type { BytePipe, Clock } from '../ports.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';
import type { AnswerSource } from '../upstream/answer-source.ts';
import type { Batch, Piece, StreamEnd } from '../upstream/provider-stream.ts';
import { KeepAlive } from './keep-alive.ts';
import { pageError } from './refusal-of.ts';

/** A streamed answer, and for whom it is written. */
export interface StreamBodyInput {
  source: AnswerSource;
  pipe: BytePipe;
  /** Set for callers who may not learn which provider answered: the model's name for them. */
  pageAlias?: string | undefined;
  /** The form in which the client reads the chunks; left out: as they come. */
  form?: AnswerForm | undefined;
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

/** The body, at once; it is filled as the answer comes. */
export function streamBody(input: StreamBodyInput): ReadableStream<Uint8Array> {
  const { readable, writable } = input.pipe;
  void pump(input, writable.getWriter());
  return readable;
}

/** Never rejects. Nothing is read from the provider before the reader has taken what came before. */
async function pump(input: StreamBodyInput, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  const { source, onChunks, clock } = input;
  writer.closed.catch(source.leave);
  let isPinging = false;
  const cameAt = () => source.stream.cameAt;
  const keepAlive = new KeepAlive(clock, cameAt, () => {
    if (source.isLeft) keepAlive.stop();
    // One that the reader has not taken yet is enough.
    if (!source.isWaiting || isPinging) return;
    isPinging = true;
    writer.write(encoder.encode(KEEP_ALIVE)).then(() => {
      isPinging = false;
    }, source.leave);
  });
  try {
    for (;;) {
      const batch = await source.next();
      onChunks?.(batch.chunks);
      if (batch.end === undefined) {
        await writer.write(bytesOf(batch, input));
        continue;
      }
      keepAlive.stop();
      const last = encoder.encode(eventsText(batch.chunks, input) + endingText(batch.end, input));
      await Promise.all([writer.write(last), source.drained()]);
      return await writer.close();
    }
  } catch (error) {
    source.leave();
    // Where the reader has gone, this tells nobody; after a fault of ours, an answer that breaks off is better than one that hangs.
    writer.abort(error).catch(() => {});
  } finally {
    keepAlive.stop();
  }
}

function endingText(end: StreamEnd, input: StreamBodyInput): string {
  const { pageAlias, lastChunk, told } = input;
  if (end.kind === 'complete') {
    const last = lastChunk();
    const done = dataText(DONE);
    return last === undefined ? done : eventsText([{ data: JSON.stringify(last) }], input) + done;
  }
  const error = interruption(end.failure);
  const { body } = errorToWire(pageAlias === undefined ? error : pageError(error));
  return dataText(JSON.stringify({ ...body, carryon: told?.(end.failure) }));
}

type Written = Pick<StreamBodyInput, 'pageAlias' | 'form'>;

function eventsText(chunks: readonly Pick<Chunk, 'data'>[], { pageAlias, form }: Written): string {
  let text = '';
  for (const { data } of chunks)
    text += dataText(chunkIn(form, pageAlias === undefined ? data : pageChunk(data, pageAlias)));
  return text;
}

/** The provider's own bytes, where they say what is shown and nothing else. */
function bytesOf({ chunks, piece }: Batch, written: Written): Uint8Array {
  const isAsItCame = piece !== undefined && piece.text === undefined;
  if (isAsItCame && written.pageAlias === undefined && keepsChunks(written.form)) return piece.bytes;
  const text = eventsText(chunks, written);
  return piece !== undefined && isWrittenAs(text, piece) ? piece.bytes : encoder.encode(text);
}

/** Whether the piece is these events, byte for byte: no character reaches over its edges, and none of its bytes was unreadable. */
const isWrittenAs = (text: string, { bytes, text: read }: Piece): boolean =>
  text === read && bytes[0] === LETTER_D && bytes[bytes.length - 1] === LF && !text.includes('\ufffd');

const LETTER_D = 0x64;
const LF = 0x0a;
