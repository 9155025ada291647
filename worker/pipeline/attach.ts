/** Step 3: a request with an idempotency key is one call to its `AnswerStream`, which runs, joins, replays or refuses (DESIGN §2). */
import { answerText } from '../../protocol/answer-key.ts';
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import type { CachedAnswer, OpenMessage, Owner, Wish } from '../core/answers/stream/messages.ts';
import { ROLE_HEADER } from '../core/answers/stream/messages.ts';
import type { Deps } from '../ports.ts';
import type { Ask, Keyed } from './ask.ts';
import type { CacheRead } from './read-cache.ts';
import { commonHeaders, refusal } from './respond.ts';
import { respondStored, servesStale, storedOpenHeaders } from './respond-stored.ts';
import { jobOf } from './run-job.ts';
import type { Scope } from './scope.ts';

const UNAVAILABLE: RouterError = { code: 'stream_unavailable', retryAfterMs: 2_000 };

export async function attach(
  ask: Ask,
  { key, resume, lastEventId }: Keyed,
  cached: CacheRead,
  signal: AbortSignal,
  deps: Deps,
  scope: Scope,
): Promise<Response> {
  const { identity, user, feature, chat } = ask;
  const text = answerText(chat);
  if (!text.ok) return refusal({ code: 'invalid_body', param: text.param, detail: text.message }, scope);
  const owner: Owner = { tenant: identity.tenant, user };
  const open = deps.showsProvider(identity);
  const message: OpenMessage<unknown> = {
    kind: 'keyed',
    owner,
    key,
    bodyHash: await deps.answers.hash(JSON.stringify([feature.name, text.text])),
    wish: { stream: chat.stream, resume: resume && chat.stream, usage: chat.includeUsage, open },
    lastEventId,
    job: jobOf(ask, scope),
    cached: cached.state === 'fresh' ? asCached(cached.stored) : null,
  };
  const name = await deps.answers.hash(JSON.stringify(['idempotency-key', owner.tenant, owner.user, key]));
  let reply: Response;
  try {
    reply = await deps.answerStreams.open(name, message, signal);
  } catch {
    return refusal(UNAVAILABLE, scope);
  }
  scope.timing.mark('attach');
  const stale = cached.state === 'miss' ? cached.stale : undefined;
  if (stale !== undefined && reply.status >= 400) {
    const { error } = (await reply.clone().json()) as { error: RouterError };
    if (servesStale(error)) return respondStored(stale, ask, open, deps, scope, error);
  }
  return passedOn(reply, scope);
}

/** An answer that is kept, by its id: strictly what comes after `last-event-id`. Nothing is started. */
export async function attachById(
  id: string,
  owner: Owner,
  headers: Headers,
  open: boolean,
  signal: AbortSignal,
  deps: Deps,
  scope: Scope,
) {
  const wish: Wish = { stream: true, resume: true, usage: true, open };
  const message = { owner, wish, lastEventId: headers.get(REQUEST_HEADERS.lastEventId) };
  return byId(deps.answerStreams.attach(id, message, signal), scope);
}

export const stopById = (id: string, owner: Owner, deps: Deps, scope: Scope): Promise<Response> =>
  byId(deps.answerStreams.stop(id, { owner }), scope);

async function byId(calling: Promise<Response | undefined>, scope: Scope): Promise<Response> {
  try {
    const reply = await calling;
    return reply === undefined ? refusal({ code: 'stream_not_found' }, scope) : passedOn(reply, scope);
  } catch {
    return refusal(UNAVAILABLE, scope);
  }
}

/** The object's reply, with what belongs to this request alone. Who did not start the run is charged nothing. */
function passedOn(reply: Response, scope: Scope): Response {
  const headers = new Headers(reply.headers);
  const role = headers.get(ROLE_HEADER);
  headers.delete(ROLE_HEADER);
  for (const [name, value] of Object.entries(commonHeaders(scope))) headers.set(name, value);
  if (role !== 'started' && headers.has('x-carryon-cost-usd')) headers.set('x-carryon-cost-usd', '0');
  return new Response(reply.body, { status: reply.status, headers });
}

const asCached = (stored: StoredAnswer): CachedAnswer => ({
  head: {
    headers: { 'x-carryon-cache': 'hit', 'x-carryon-mode': 'normal' },
    openHeaders: storedOpenHeaders(stored),
  },
  events: [{ kind: 'completion', data: stored.body }],
});
