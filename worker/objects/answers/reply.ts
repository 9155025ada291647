/** The replies to one reader: a stream, the whole completion, or an error. Each has a note from which the Worker makes the headers. */
import { type AnswerHead, hiddenHead } from '../../core/answers/answer-head.ts';
import { type CarryonField, type MadeFor, withCarryon } from '../../core/answers/carryon-field.ts';
import { dataFor, type Refusal, refusalFor } from '../../core/answers/stream/events.ts';
import { NOTE_HEADER, noteText, type ReplyNote } from '../../core/answers/stream/messages.ts';
import type { ReaderOptions } from '../../core/answers/stream/reader-options.ts';

type ContentType = 'application/json' | 'text/event-stream; charset=utf-8';

const reply = (
  body: BodyInit | null,
  note: ReplyNote,
  status = 200,
  type: ContentType = 'application/json',
): Response => new Response(body, { status, headers: { [NOTE_HEADER]: noteText(note), 'content-type': type } });

/** The reply to a reader that has left, so no one reads it. */
export const goneReply = (isRecorded: boolean): Response => reply(null, { role: 'refused', head: {}, isRecorded }, 499);

/** The Worker must answer the caller by itself, without this object. */
export const aloneReply = (): Response => reply(null, { role: 'alone', head: {} });

/** The object does not have what was asked for. */
export const notFoundReply = (): Response => new Response(null, { status: 404 });

/** The object has no answer under this key, and nothing was started. */
export const unknownReply = (): Response => reply(null, { role: 'unknown', head: {} });

const shown = (head: AnswerHead, seesProvider: boolean): AnswerHead => (seesProvider ? head : hiddenHead(head));

/** An error, in the words that this caller may read. */
export function refusalReply(
  refusal: Refusal,
  seesProvider: boolean,
  note: Omit<ReplyNote, 'head'>,
  madeFor: MadeFor = 'own',
): Response {
  const { status, body } = refusalFor(refusal, seesProvider, madeFor);
  return reply(body, { ...note, head: shown(refusal.head, seesProvider), errorHeaders: refusal.headers }, status);
}

/** A stream, with the headers that are known when it begins. */
export const streamReply = (
  body: ReadableStream<Uint8Array>,
  head: AnswerHead,
  wish: ReaderOptions,
  note: Omit<ReplyNote, 'head'>,
  streamId: string,
): Response => {
  const known = shown(head, wish.seesProvider);
  const own = wish.resume ? { ...known, streamId } : known;
  return reply(body, { ...note, head: own }, 200, 'text/event-stream; charset=utf-8');
};

/** The whole answer. `carryon` says how it was made, for readers that may see the provider. */
export function completionReply(
  text: string,
  wish: Pick<ReaderOptions, 'seesProvider'>,
  alias: string,
  note: ReplyNote,
  carryon?: CarryonField,
): Response {
  const data = wish.seesProvider && carryon !== undefined ? withCarryon(text, carryon) : text;
  const head = shown(note.head, wish.seesProvider);
  return reply(dataFor({ kind: 'completion', data }, wish, alias), { ...note, head });
}
