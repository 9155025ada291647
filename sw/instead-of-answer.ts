/** What a page gets when the router cannot be asked. */
import type { AskedQuestion } from './asked-question.ts';
import { ageSecondsOf } from './core/keep.ts';
import { offlineReply, type Reply, staleReply } from './core/replies.ts';
import type { Cause } from './core/verdict.ts';
import { noteReport } from './live.ts';
import type { Parts } from './parts.ts';
import type { Kept } from './store/store.ts';
import { textBody } from './wire.ts';

const toResponse = ({ status, headers, body }: Reply): Response => new Response(textBody(body), { status, headers });

export function staleResponse(parts: Parts, asked: AskedQuestion, kept: Kept, cause: Cause): Response {
  if (cause !== 'mode') noteReport(parts, asked, 'stale');
  const ageSeconds = ageSecondsOf(kept, parts.platform.now());
  return toResponse(staleReply({ completion: kept.body, ageSeconds, cause }, asked.question));
}

export function offlineResponse(parts: Parts, asked: AskedQuestion, cause: Cause, carryon?: object): Response {
  noteReport(parts, asked, 'offline');
  return noAnswerResponse(cause, carryon);
}

/** The 503 for a question without any answer. `carryon`: the failed attempts that the router reported. */
export const noAnswerResponse = (cause: Cause, carryon?: object): Response =>
  toResponse(offlineReply(cause, null, carryon));

/** The reply to a question that was put into the outbox. `id`: its id there. */
export function queuedResponse(
  parts: Parts,
  asked: AskedQuestion,
  cause: Cause,
  id: string,
  carryon?: object,
): Response {
  noteReport(parts, asked, 'queued');
  return toResponse(offlineReply(cause, id, carryon));
}
