/** What an `AnswerStream` replies to the Worker: its note, and a body. */
import type { AnswerHead } from '../../../../worker/core/answers/answer-head.ts';
import { NOTE_HEADER, noteText, type ReplyNote } from '../../../../worker/core/answers/stream/messages.ts';

export const noteHeaders = (note: Partial<ReplyNote> = {}): Record<string, string> => ({
  [NOTE_HEADER]: noteText({ role: 'started', head: {}, ...note }),
  'content-type': 'application/json',
});

export const objectReply = (body: string | null, note: Partial<ReplyNote> = {}, status = 200): Response =>
  new Response(body, { status, headers: noteHeaders(note) });

export const aloneReply = (): Response => objectReply(null, { role: 'alone' });

export const MADE: AnswerHead = { costMicroUsd: 500_000, model: 'm-1', deployment: 'a', provider: 'openai' };
