/**
 * Step 3: a request with an idempotency key, or one that shares its answer with equal ones, is one call to its `AnswerStream`,
 * which runs, joins, replays or refuses (docs/contract.md "Idempotency", "Shared questions").
 */
import { answerText, hasUncounted } from '../../protocol/answer-key.ts';
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import type { AnswerHead } from '../core/answers/answer-head.ts';
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import type { CachedAnswer, OpenMessage, Owner, Wish } from '../core/answers/stream/messages.ts';
import { NOTE_HEADER, type ReplyNote, readNote } from '../core/answers/stream/messages.ts';
import { keyedSubject, ownerOf } from '../core/answers/stream/owner.ts';
import type { Identity } from '../core/identity/identity.ts';
import { within } from '../core/within.ts';
import { formOf } from '../doors/doors.ts';
import type { Answers, Deps } from '../ports.ts';
import { cacheControlOf, NO_STORE } from '../response/cache-control.ts';
import { answerResponse, type ResponseForm } from '../response/headers.ts';
import { respondStored, servesStale, storedHead } from '../response/respond-stored.ts';
import { keepWhole } from '../response/write-through.ts';
import { type Job, jobOf } from '../run/run-job.ts';
import { type RoutedRequest, visitorOf } from './ask.ts';
import type { CacheRead } from './read-cache.ts';
import type { RequestContext } from './request-context.ts';
import { commonHeaders, refusal } from './respond.ts';

const TOO_LATE: RouterError = {
  code: 'deadline_exceeded',
  retryAfterMs: 1_000,
  detail: 'Nobody who asked the same was answered in time.',
};
const UNAVAILABLE: RouterError = { code: 'stream_unavailable', retryAfterMs: 2_000 };

/** Undefined: it is to be answered by itself. */
export async function attach(
  ask: RoutedRequest,
  cached: CacheRead,
  signal: AbortSignal,
  deps: Deps,
  scope: RequestContext,
): Promise<Response | undefined> {
  const isShared = ask.keyed === undefined;
  const opening = await openingOf(ask, cached, deps, scope);
  if ('error' in opening) return refusal(opening.error, scope);
  const { subject, message } = opening;
  const { seesProvider } = message.wish;
  const tooLong = new AbortController();
  const opened = deps.answerStreams.open(subject, message, AbortSignal.any([signal, tooLong.signal]));
  const reply = await within(opened, longestOpenMs(ask, deps), deps.clock, 'late' as const).catch(() => undefined);
  scope.timing.mark('attach');
  const stale = cached.state === 'miss' ? cached.stale : undefined;
  if (reply === undefined || reply === 'late') {
    tooLong.abort();
    if (signal.aborted) return refusal({ code: 'client_gone' }, scope);
    // Under a key it may have run, and never runs twice; without one that was a failed attempt like any other.
    if (isShared && reply === undefined) return undefined;
    const error = isShared ? TOO_LATE : UNAVAILABLE;
    const isStale = stale !== undefined && servesStale(stale, error, ask, deps);
    return isStale ? respondStored(stale, ask, seesProvider, scope, error) : refusal(error, scope);
  }
  const note = noteOf(reply);
  if (note.role === 'alone') {
    // Outside of its object a keyed request never runs: it may only be given what was made before.
    return isShared || cached.state === 'fresh' ? undefined : refusal(UNAVAILABLE, scope);
  }
  if (stale !== undefined && reply.status >= 400) {
    const { error } = (await reply.clone().json()) as { error: RouterError };
    if (servesStale(stale, error, ask, deps)) return respondStored(stale, ask, seesProvider, scope, error);
  }
  const isMiss = cached.state === 'miss';
  if (isMiss && note.keeps) scope.background(keepWhole(subject, ask, cached.keyHash, deps));
  // What comes after an event that was seen is the rest of an answer, not the answer once more.
  const tellsReplay = ask.keyed !== undefined && ask.keyed.lastEventId === null;
  const cacheControl = cacheControlOf(ask, note.head.mode ?? 'normal');
  const head = headFor(note, { isMiss, isShared, isWhole: !ask.chat.stream, tellsReplay });
  return passedOn(reply, { ...note, head }, seesProvider, scope, cacheControl);
}

/** A piece over what the object itself may take: then it hangs. */
const OVER_MS = 5_000;
function longestOpenMs({ chat }: RoutedRequest, { config: { router } }: Deps): number {
  // Who wants one piece may have joined a stream.
  return router.totalTimeoutMs + (chat.stream ? 0 : router.maxStreamDurationMs) + OVER_MS;
}

/**
 * A question without a key shares only what it would look for in the cache, not what it asks for anew, nor what has fields that
 * the key leaves out: a run may fail for them, and that is nobody else's.
 */
export const sharesAnswer = ({ cache, chat }: RoutedRequest, { state }: CacheRead): boolean =>
  state === 'miss' && cache === 'normal' && !hasUncounted(chat);

async function openingOf(
  ask: RoutedRequest,
  cached: CacheRead,
  { answers, showsProvider }: Deps,
  scope: RequestContext,
): Promise<{ subject: string; message: OpenMessage<unknown> } | { error: RouterError }> {
  const { identity, user, feature, chat, keyed } = ask;
  const seesProvider = showsProvider(identity);
  const wish = { stream: chat.stream, usage: chat.includeUsage, seesProvider, form: formOf(ask) };
  const alias = ask.alias.name;
  const job = jobOf(ask, scope);
  if (keyed === undefined) {
    const bodyHash = cached.state === 'miss' ? cached.keyHash : '';
    // Nobody owns a shared answer; its record names the first asker.
    const owner = ownerOf(identity, user, null);
    // What went wrong is told in other words to those who may not learn who served: they share among themselves.
    const subject = JSON.stringify(['answer-key', bodyHash, seesProvider]);
    const shared = { kind: 'shared' as const, key: null, lastEventId: null, copy: 'none' as const, caches: true };
    return { subject, message: { ...shared, owner, bodyHash, alias, wish: { ...wish, resume: false }, job } };
  }
  const { key, visitor, resume, lastEventId } = keyed;
  const owner = await keyedOwner(identity, user, visitor, answers);
  const text = answerText(chat);
  if (!text.ok) return { error: { code: 'invalid_body', param: text.param, detail: text.message } };
  const bodyHash = await answers.hash(JSON.stringify([feature.name, text.text]));
  const resumes = resume && chat.stream;
  const opening = { kind: 'keyed' as const, owner, key, bodyHash, alias, lastEventId, caches: cached.state === 'miss' };
  const message = { ...opening, ...copyOf(cached, resumes, job), wish: { ...wish, resume: resumes } };
  return { subject: keyedSubject(owner, key), message };
}

/** The visitor's secret is kept as a hash. */
async function keyedOwner(
  identity: Identity,
  user: string | null,
  visitor: string | null,
  { hash }: Pick<Answers, 'hash'>,
): Promise<Owner> {
  return ownerOf(identity, user, visitor === null ? null : await hash(visitor));
}

/** Who asks for an answer by its id. */
export interface IdAsk {
  identity: Identity;
  user: string | null;
  headers: Headers;
}

/** An answer that is kept, by its id: strictly what comes after `last-event-id`. Nothing is started. */
export async function attachById(id: string, ask: IdAsk, signal: AbortSignal, deps: Deps, scope: RequestContext) {
  const owner = await idOwner(ask, deps);
  if ('error' in owner) return refusal(owner.error, scope);
  const wish: Wish = { stream: true, resume: true, usage: true, seesProvider: deps.showsProvider(ask.identity) };
  const message = { owner, wish, lastEventId: ask.headers.get(REQUEST_HEADERS.lastEventId) || null };
  return byId(deps.answerStreams.attach(id, message, signal), wish.seesProvider, scope);
}

export async function stopById(id: string, ask: IdAsk, deps: Deps, scope: RequestContext): Promise<Response> {
  const owner = await idOwner(ask, deps);
  return 'error' in owner ? refusal(owner.error, scope) : byId(deps.answerStreams.stop(id, { owner }), false, scope);
}

async function idOwner({ identity, user, headers }: IdAsk, { answers }: Deps): Promise<Owner | { error: RouterError }> {
  const visitor = visitorOf(headers);
  if (typeof visitor === 'object' && visitor !== null) return { error: visitor };
  return keyedOwner(identity, user, visitor, answers);
}

async function byId(
  calling: Promise<Response | undefined>,
  seesProvider: boolean,
  scope: RequestContext,
): Promise<Response> {
  try {
    const reply = await calling;
    if (reply === undefined) return refusal({ code: 'stream_not_found' }, scope);
    if (reply.status === 204) return new Response(null, { status: 204, headers: commonHeaders(scope) });
    const note = noteOf(reply);
    return passedOn(reply, { ...note, head: headFor(note, {}) }, seesProvider, scope, NO_STORE);
  } catch {
    return refusal(UNAVAILABLE, scope);
  }
}

const noteOf = (reply: Response): ReplyNote => readNote(reply.headers.get(NOTE_HEADER));

/** The object's head, as it is true for this caller. Callers that did not start the run are charged nothing. */
function headFor(
  { role, head }: ReplyNote,
  { isMiss = false, isShared = false, isWhole = false, tellsReplay = false },
): AnswerHead {
  const isHit = isShared && role === 'replayed';
  const own: AnswerHead = {
    ...head,
    storedAt: isHit || !isShared ? head.storedAt : undefined,
    cache: isHit ? 'hit' : (head.cache ?? (isMiss ? 'miss' : undefined)),
    isReplayed: tellsReplay && role === 'replayed',
  };
  if (role === 'started') return own;
  return {
    ...own,
    // Rate limits, and names of the fields that were dropped, belong to the caller that started the run.
    left: undefined,
    dropped: isShared ? undefined : head.dropped,
    costMicroUsd: isWhole || head.costMicroUsd !== undefined ? 0 : undefined,
  };
}

/** The object's reply as this request's response. */
function passedOn(
  reply: Response,
  { head, isPartial, errorHeaders }: ReplyNote,
  seesProvider: boolean,
  scope: RequestContext,
  cacheControl: string,
): Response {
  const { status, body, headers } = reply;
  const contentType = headers.get('content-type') as ResponseForm['contentType'];
  const isWhole = status === 200 && !isPartial;
  const form = { status, contentType, cacheControl: isWhole ? cacheControl : NO_STORE, errorHeaders };
  return answerResponse(body, head, seesProvider, form, scope);
}

/** A reader who may come back finds the copy again; anybody else takes it from here. */
function copyOf(cached: CacheRead, resumes: boolean, job: Job): Pick<OpenMessage<Job>, 'copy' | 'job'> {
  if (cached.state !== 'fresh') return { copy: 'none', job };
  return resumes ? { copy: 'job', job: { ...job, copy: asCached(cached.stored) } } : { copy: 'worker', job };
}

const asCached = (stored: StoredAnswer): CachedAnswer => ({
  head: { ...storedHead(stored), cache: 'hit' },
  event: { kind: 'completion', data: stored.body },
});
