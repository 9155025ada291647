/** `POST /v1/feedback`: how a person, or a judge of answers, rates an answer. */
import { readJson } from '../body/read-json.ts';
import { readFeedback } from '../core/slo/client-reports/feedback.ts';
import type { RequestContext } from '../pipeline/request.ts';
import type { Deps } from '../ports.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { callRateRefusal, MOST_CALLS_OF_SERVERS } from './call-rate-refusal.ts';
import { callerOf } from './caller.ts';

const LONGEST_BODY_BYTES = 4_096;

/** Answers 202 even if the book does not know the request, because its record may not have arrived yet. */
export async function takeFeedback(request: Request, deps: Deps, context: RequestContext): Promise<Response> {
  const caller = await callerOf(request, deps, context.background);
  if (!caller.ok) return refusalResponse(caller.error, context);
  const { identity, user } = caller.value;
  const most = identity.kind === 'secret' ? MOST_CALLS_OF_SERVERS : undefined;
  const refused = callRateRefusal('feedback', identity, user, deps, most);
  if (refused !== undefined) return refusalResponse(refused, context);
  const example = '{"requestId": "…", "thumb": 1}';
  const body = await readJson(request, LONGEST_BODY_BYTES, example, deps);
  if (!body.ok) return refusalResponse(body.error, context);
  const feedback = readFeedback(body.value, { ...identity, user }, deps.clock.now());
  if (!feedback.ok) return refusalResponse(feedback.error, context);
  const isTaken = await deps.clientReports.feedback(feedback.value, identity, context.background);
  if (!isTaken) return refusalResponse({ code: 'book_unavailable', retryAfterMs: 2_000 }, context);
  return plainJson({ requestId: feedback.value.requestId }, context, 202);
}
