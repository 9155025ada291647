/** Sends a stream that has begun to its reader, chunk by chunk and with backpressure. It ends in `[DONE]` or in a named error. */
import { errorToWire } from '../../protocol/errors.ts';
import { commentText, DONE, dataText } from '../../protocol/sse.ts';
import type { CarryonField } from '../core/answers/carryon-field.ts';
import { type AnswerForm, chunkInForm, passesChunksUnchanged } from '../core/answers/forms.ts';
import { pageChunk } from '../core/answers/page-body.ts';
import { type Failure, interruptionError } from '../core/routing/failure.ts';
import type { BytePipe, Clock } from '../ports.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';
import type { AnswerSource } from '../upstream/answer-source.ts';
import type { Batch, Piece, StreamEnd } from '../upstream/provider-stream.ts';
import { KeepAlive } from './keep-alive.ts';
import { pageError } from './refusal-of.ts';

/** A streamed answer, and how its reader gets it. */
export interface StreamBodyInput {
  source: AnswerSource;
  pipe: BytePipe;
  /** The model's name for callers that may not learn which provider answered; undefined for others. */
  pageAlias?: string | undefined;
  /** The form in which the client reads the chunks. If left out, they are sent as they are. */
  form?: AnswerForm | undefined;
  /** Makes the chunk after the provider's own, such as the usage for a client that asked. Called once the answer is complete. */
  lastChunk(): Record<string, unknown> | undefined;
  /** Set if the reader learns how the answer was made, even if it breaks off. */
  told?: ((cut: Failure) => CarryonField) | undefined;
  /** Called with every chunk that is shown, before `lastChunk`. */
  onChunks?: ((chunks: readonly Chunk[]) => void) | undefined;
  clock: Clock;
}

const encoder = new TextEncoder();
const KEEP_ALIVE = commentText('keep-alive');

/** Returns the body at once. It is filled as the answer arrives. */
export function streamBody(input: StreamBodyInput): ReadableStream<Uint8Array> {
  const { readable, writable } = input.pipe;
  void pump(input, writable.getWriter());
  return readable;
}

/** Moves the stream. Never rejects. It reads from the provider only after the reader has taken everything before. */
async function pump(input: StreamBodyInput, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  const { source, onChunks, clock } = input;
  writer.closed.catch(source.leave);
  let isPinging = false;
  const cameAt = () => source.stream.cameAt;
  const keepAlive = new KeepAlive(clock, cameAt, () => {
    if (source.isLeft) keepAlive.stop();
    // While the reader has not taken the last keep-alive, another would be useless.
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
    // If the reader has gone, this has no effect. After a bug of ours, an answer that breaks off is better than one that hangs.
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
  const error = interruptionError(end.failure);
  const { body } = errorToWire(pageAlias === undefined ? error : pageError(error));
  return dataText(JSON.stringify({ ...body, carryon: told?.(end.failure) }));
}

type Written = Pick<StreamBodyInput, 'pageAlias' | 'form'>;

function eventsText(chunks: readonly Pick<Chunk, 'data'>[], { pageAlias, form }: Written): string {
  let text = '';
  for (const { data } of chunks)
    text += dataText(chunkInForm(form, pageAlias === undefined ? data : pageChunk(data, pageAlias)));
  return text;
}

/** The bytes to send: the provider's own if they hold exactly what is shown. */
function bytesOf({ chunks, piece }: Batch, written: Written): Uint8Array {
  const isAsItCame = piece !== undefined && piece.text === undefined;
  if (isAsItCame && written.pageAlias === undefined && passesChunksUnchanged(written.form)) return piece.bytes;
  const text = eventsText(chunks, written);
  return piece !== undefined && isWrittenAs(text, piece) ? piece.bytes : encoder.encode(text);
}

/** True if the piece is these events byte for byte: no character crosses its edges, and all its bytes were readable. */
const isWrittenAs = (text: string, { bytes, text: read }: Piece): boolean =>
  text === read && bytes[0] === LETTER_D && bytes[bytes.length - 1] === LF && !text.includes('\ufffd');

const LETTER_D = 0x64;
const LF = 0x0a;
