/**
 * Step: hands a request to the object of its answer, in one call. A request with an idempotency key goes to an `AnswerStream`, and
 * one that shares its answer with equal requests to a `SharedAnswer`. The object starts a run, joins one, replays an answer, or refuses.
 */
import { answerText, hasUncounted } from '../../protocol/answer-key.ts';
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import type { AnswerHead } from '../core/answers/answer-head.ts';
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import type { CachedAnswer, Job } from '../core/answers/stream/job.ts';
import type { KeyedOpen, OpenMessage, Owner, ReplyNote } from '../core/answers/stream/messages.ts';
import { keyedSubject, ownerOf } from '../core/answers/stream/owner.ts';
import type { ReaderOptions } from '../core/answers/stream/reader-options.ts';
import type { Identity } from '../core/identity/identity.ts';
import { within } from '../core/within.ts';
import { formOf } from '../doors/doors.ts';
import type { Answers, Deps } from '../ports.ts';
import { keepWhole } from '../response/write-through.ts';
import { jobOf } from '../run/run-job.ts';
import { visitorOf } from './ask.ts';
import { isRecordTaken, watchedStream } from './hand-over.ts';
import { keptOutcome, readObjectReply } from './object-reply.ts';
import { type KeptOutcome, type RefusedOutcome, refusedOutcome, storedHead } from './outcome.ts';
import type { CacheRead } from './read-cache.ts';
import type { OpenRecord } from './record.ts';
import type { RequestContext, RoutedRequest } from './request.ts';

const TOO_LATE: RouterError = {
  code: 'deadline_exceeded',
  retryAfterMs: 1_000,
  detail: 'The call that this question shares with equal ones took too long.',
};
const UNAVAILABLE: RouterError = { code: 'stream_unavailable', retryAfterMs: 2_000 };

/** Returns undefined if the request must be answered outside of the object. */
export async function attach(
  request: RoutedRequest,
  cached: CacheRead,
  signal: AbortSignal,
  deps: Deps,
  context: RequestContext,
  record: OpenRecord,
): Promise<RefusedOutcome | KeptOutcome | undefined> {
  const isShared = request.keyed === undefined;
  const opening = await openingOf(request, cached, deps, context, record);
  if (!opening.ok) return refusedOutcome(opening.error);
  const { subject, message } = opening.value;
  // A resumed read continues an earlier request, so it has no record of its own.
  if (message.record === undefined) record.handOver();
  else record.lend();
  const tooLong = new AbortController();
  const opened = deps.answerStreams
    .open(subject, message, AbortSignal.any([signal, tooLong.signal]))
    .then(readObjectReply);
  const replied = await within(opened, longestOpenMs(request.chat.stream, deps), deps.clock, 'late' as const).catch(
    () => undefined,
  );
  context.timing.mark('attach');
  record.takeBack();
  if (replied === undefined || replied === 'late') {
    tooLong.abort();
    if (signal.aborted) {
      if (await isRecordTaken(subject, message, deps)) record.handOver();
      return refusedOutcome({ code: 'client_gone' });
    }
    // A keyed request may have run, and it must never run twice. A shared one may simply be tried again outside of the object.
    if (isShared && replied === undefined) return undefined;
    return refusedOutcome(isShared ? TOO_LATE : UNAVAILABLE);
  }
  const { reply, note, failed } = replied;
  if (note.role === 'alone') {
    // A keyed request never runs outside of its object. The Worker may only give it an answer that is already in the cache.
    return isShared || cached.state === 'fresh' ? undefined : refusedOutcome(UNAVAILABLE);
  }
  const isMiss = cached.state === 'miss';
  if (isMiss && note.keeps) context.background(keepWhole(subject, request, cached.keyHash, deps));
  // A read that names its last event gets the rest of an answer. That is not a replay.
  const tellsReplay = request.keyed !== undefined && request.keyed.lastEventId === null;
  const head = headFor(note, {
    isMiss: isMiss && failed === undefined,
    isShared,
    isWhole: !request.chat.stream,
    tellsReplay,
  });
  const kept = keptOutcome(replied, { ...note, head });
  if (!note.isRecorded) return kept;
  record.handOver();
  if (reply.body === null || !kept.isStream) return kept;
  const onBroken = async () => {
    if (!signal.aborted && !(await isRecordTaken(subject, message, deps))) record.lost(kept);
  };
  return { ...kept, body: watchedStream(reply.body, onBroken, deps, context) };
}

/** Added to the longest time that the object itself may take. An object that takes longer hangs. */
const OVER_MS = 5_000;
function longestOpenMs(isStream: boolean, { config: { router } }: Deps): number {
  // A caller that wants its answer in one piece may have joined the run of a stream, and waits until that ends.
  return router.totalTimeoutMs + (isStream ? 0 : router.maxStreamDurationMs) + OVER_MS;
}

/**
 * True if a question without an idempotency key is shared with equal ones. It must be one that the cache was searched for, so not one
 * that asks for a new answer. It must have no field that the answer key leaves out: such a field can make a run fail, and that failure
 * must not reach other callers. And no safeguard may serve it.
 */
export const sharesAnswer = ({ cache, chat, route }: RoutedRequest, { state }: CacheRead): boolean =>
  state === 'miss' && cache === 'normal' && !hasUncounted(chat) && !route.safeguard;

async function openingOf(
  request: RoutedRequest,
  cached: CacheRead,
  { answers, showsProvider }: Deps,
  context: RequestContext,
  open: OpenRecord,
): Promise<Result<{ subject: string; message: OpenMessage }, RouterError>> {
  const { identity, user, feature, chat, keyed } = request;
  const seesProvider = showsProvider(identity);
  const wish = { stream: chat.stream, usage: chat.includeUsage, seesProvider, form: formOf(request) };
  const alias = request.alias.name;
  const job = jobOf(request, context);
  if (keyed === undefined) {
    const keyHash = cached.state === 'miss' ? cached.keyHash : '';
    // Callers that may not learn the provider get errors in other words, so they share only with each other.
    const subject = JSON.stringify(['answer-key', keyHash, seesProvider]);
    const record = open.opening();
    return ok({ subject, message: { kind: 'shared', alias, wish: { ...wish, resume: false }, job, record } });
  }
  const { key, visitor, resume, lastEventId } = keyed;
  const owner = await keyedOwner(identity, user, visitor, answers);
  const text = answerText(chat);
  if (!text.ok) return refused({ code: 'invalid_body', param: text.param, detail: text.message });
  const bodyHash = await answers.hash(JSON.stringify([feature.name, text.text]));
  const resumes = resume && chat.stream;
  const opening = { kind: 'keyed' as const, owner, key, bodyHash, alias, lastEventId, caches: cached.state === 'miss' };
  const record = lastEventId === null ? open.opening() : undefined;
  const message = { ...opening, ...copyOf(cached, resumes, job), wish: { ...wish, resume: resumes }, record };
  return ok({ subject: keyedSubject(owner, key), message });
}

/** The owner of a keyed answer. It holds the visitor's secret only as a hash. */
async function keyedOwner(
  identity: Identity,
  user: string | null,
  visitor: string | null,
  { hash }: Pick<Answers, 'hash'>,
): Promise<Owner> {
  return ownerOf(identity, user, visitor === null ? null : await hash(visitor));
}

/** The caller that asks for an answer by its id. */
export interface IdAsk {
  identity: Identity;
  user: string | null;
  headers: Headers;
}

/** Reads a kept answer by its id: only the events after `last-event-id`. It never starts a run. */
export async function attachById(
  id: string,
  asking: IdAsk,
  signal: AbortSignal,
  deps: Deps,
): Promise<Result<KeptOutcome, RouterError>> {
  const owner = await idOwner(asking, deps);
  if (!owner.ok) return owner;
  const wish: ReaderOptions = {
    stream: true,
    resume: true,
    usage: true,
    seesProvider: deps.showsProvider(asking.identity),
  };
  const lastEventId = asking.headers.get(REQUEST_HEADERS.lastEventId) || null;
  const message = { owner: owner.value, wish, lastEventId };
  const tooLong = new AbortController();
  const attaching = deps.answerStreams.attach(id, message, AbortSignal.any([signal, tooLong.signal]));
  const kept = await replyById(attaching, longestOpenMs(true, deps), deps);
  if (!kept.ok) tooLong.abort();
  return kept;
}

/** Stops the run of a kept answer. An answer that is already over stays as it is. The reply has status 204, or is an error. */
export async function stopById(id: string, asking: IdAsk, deps: Deps): Promise<Result<KeptOutcome, RouterError>> {
  const owner = await idOwner(asking, deps);
  return owner.ok ? replyById(deps.answerStreams.stop(id, { owner: owner.value }), OVER_MS, deps) : owner;
}

async function idOwner({ identity, user, headers }: IdAsk, { answers }: Deps): Promise<Result<Owner, RouterError>> {
  const visitor = visitorOf(headers);
  return visitor.ok ? ok(await keyedOwner(identity, user, visitor.value, answers)) : visitor;
}

async function replyById(
  calling: Promise<Response | undefined>,
  longestMs: number,
  { clock }: Deps,
): Promise<Result<KeptOutcome, RouterError>> {
  const hearing = calling.then((reply) => reply && readObjectReply(reply));
  const found = await within(hearing, longestMs, clock, 'late' as const).catch(() => 'late' as const);
  if (found === 'late') return refused(UNAVAILABLE);
  if (found === undefined) return refused({ code: 'stream_not_found' });
  return ok(keptOutcome(found, { ...found.note, head: headFor(found.note, {}) }));
}

/** The object's head, adapted to this caller. Callers that did not start the run are charged nothing. */
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
    // The rate limits and the dropped fields are those of the caller that started the run.
    left: undefined,
    dropped: isShared ? undefined : head.dropped,
    costMicroUsd: isWhole || head.costMicroUsd !== undefined ? 0 : undefined,
  };
}

/** A fresh cached answer is copied into the object only for a reader that may resume it. Any other reader gets it from the Worker. */
function copyOf(cached: CacheRead, resumes: boolean, job: Job): Pick<KeyedOpen, 'copy' | 'job'> {
  if (cached.state !== 'fresh') return { copy: 'none', job };
  return resumes ? { copy: 'job', job: { ...job, copy: asCached(cached.stored) } } : { copy: 'worker', job };
}

const asCached = (stored: StoredAnswer): CachedAnswer => ({
  head: storedHead(stored),
  event: { kind: 'completion', data: stored.body },
});
