/** `produce` as the object of a keyed or shared answer runs it: the same steps, with the events handed to the object. */
import type { RouterError } from '../../protocol/errors.ts';
import { safeguardAliasOf } from '../core/admission/versions.ts';
import type { CarryonField } from '../core/answers/carryon-field.ts';
import { whyNotStored } from '../core/answers/storable.ts';
import type { RunEvent } from '../core/answers/stream/events.ts';
import type { Job } from '../core/answers/stream/job.ts';
import type { RunBatch, RunOutcome } from '../core/answers/stream/run.ts';
import { revive } from '../core/ledger/lease/holder.ts';
import type { Measured } from '../core/pricing/bill.ts';
import { type Failure, interruptionError } from '../core/routing/failure.ts';
import { isOrdinary, PLAIN_ROUTE } from '../core/routing/route.ts';
import type { ClosedRecord } from '../core/slo/record.ts';
import { factsIn, factsOfHead, NO_RUN_FACTS, type RunFacts } from '../core/slo/run-facts.ts';
import { LONGEST_REPORT_MS } from '../lease/ledger-client.ts';
import { withAliasList } from '../overrides/with-overrides.ts';
import { logFailure } from '../pipeline/failure-log.ts';
import { type JudgedAnswer, judgedAnswer } from '../pipeline/judge.ts';
import { type Ending, measuredReply, settle } from '../pipeline/meter.ts';
import { type BegunOutcome, carryonField, headOf, refusedField, refusedHead } from '../pipeline/outcome.ts';
import { produce } from '../pipeline/produce.ts';
import { logRecordFault, OpenRecord } from '../pipeline/record.ts';
import type { RequestContext, RoutedRequest } from '../pipeline/request.ts';
import type { AnswerRuns, Deps, RunHooks } from '../ports.ts';
import { openLastChunk, usageChunk, withSkippedEvents } from '../response/last-chunk.ts';
import { refusalOf } from '../response/refusal-of.ts';
import { Timing } from '../response/server-timing.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';
import { AnswerSource } from '../upstream/answer-source.ts';
import { keepCopy, runOf } from './keep-copy.ts';

/** The job of a request. */
export const jobOf = (
  { door, identity, user, feature, alias, route, lists, chat, cache }: RoutedRequest,
  { requestId, arrivedAt, traceparent }: RequestContext,
): Job => ({
  ...{ requestId, arrivedAt, door, identity, user, chat, cache },
  feature: feature.name,
  alias: alias.name,
  ...(traceparent !== null && { traceparent }),
  ...(route !== PLAIN_ROUTE && { route }),
  ...(lists !== undefined && { lists }),
});

/** Refusals that concern one caller alone: another caller of the same question may be served. */
const PERSONAL: ReadonlySet<RouterError['code']> = new Set([
  'budget_exceeded',
  'rate_limit_exceeded',
  'feature_cap_exceeded',
  'access_revoked',
  'key_expired',
  'token_expired',
  'unknown_tier',
]);

/** What the objects that run answers need. */
export const answerRuns = (deps: Deps): AnswerRuns => ({
  clock: deps.clock,
  produce: producer(deps),
  wire: (error) => refusalOf(error),
  waits: (record) => deps.records.opened(record),
  close(record, background) {
    try {
      record.model ??= modelOf(record, deps);
      deps.records.ended(record);
      deps.records.close(record, background, true);
    } catch (error) {
      logRecordFault(error, record.requestId, deps.events);
    }
  },
  givesAgainMs({ chat, feature }, body) {
    const policy = deps.config.features.get(feature)?.cache;
    const isKept = policy !== undefined && whyNotStored({ body, chat, policy, mode: 'normal' }) === undefined;
    return isKept ? policy.ttlMs : 0;
  },
  async settleLeases(tenant, leases) {
    const reports = leases.flatMap(({ leaseId, started }) => {
      const holder = revive(leaseId, started);
      return holder.state === 'closing' ? [holder.report] : [];
    });
    if (reports.length > 0)
      await deps.ledger.send(tenant, { reports, isAlone: true, longestMs: LONGEST_REPORT_MS }).catch(() => {});
  },
});

const modelOf = ({ alias, deployment }: ClosedRecord, { config }: Deps): string | null =>
  config.aliases.get(alias ?? '')?.deployments.find(({ id }) => id === deployment)?.model ?? null;

const producer =
  (deps: Deps): AnswerRuns['produce'] =>
  async (job, hooks) => {
    let facts: RunFacts | undefined = NO_RUN_FACTS;
    try {
      const ran = await run(job, hooks, deps);
      facts = ran.facts;
      return ran.outcome;
    } finally {
      if (facts !== undefined) hooks.settled(facts);
    }
  };

/** `facts`: what it came to; undefined for an answer that has begun, which is settled when it ends. */
interface Ran {
  outcome: RunOutcome;
  facts: RunFacts | undefined;
}

async function run(job: Job, hooks: RunHooks, deps: Deps): Promise<Ran> {
  const request = requestOf(job, deps);
  if (request === undefined) {
    const refusal = refusalOf({ code: 'internal_error' });
    return { outcome: { kind: 'refused', refusal, isPersonal: false }, facts: NO_RUN_FACTS };
  }
  const context = contextOf(job, hooks, deps);
  if (job.copy !== undefined) {
    return { outcome: await keepCopy(job.copy, request, hooks, deps), facts: factsOfHead(job.copy.head) };
  }
  // An answer that only some callers may get is never made for all who ask the same.
  if (hooks.isShared && !isOrdinary(request.route)) return { outcome: { kind: 'alone' }, facts: NO_RUN_FACTS };
  await deps.board.ready(hooks.background);
  const outcome = await produce(request, deps, context);
  // Never closed: the object closes the records of its readers.
  const record = new OpenRecord(job.door, deps, context);
  record.request = request;
  const settledAs = (ending: Ending): RunFacts => {
    logFailure(request, outcome, deps, context);
    return factsIn(record.closed(outcome, ending, 200));
  };
  if (outcome.kind === 'begun') {
    const onEnd = (ending: Ending) => hooks.settled(settledAs(ending));
    return { outcome: begun(outcome, deps, context, onEnd), facts: undefined };
  }
  // The Worker asks again, and records that.
  if (outcome.isAlone) return { outcome: { kind: 'alone' }, facts: NO_RUN_FACTS };
  const facts = settledAs('complete');
  const { error } = outcome;
  const carryon = refusedField(outcome, context.arrivedAt, deps.clock.now());
  const refusal = refusalOf(error, refusedHead(outcome), carryon);
  return { outcome: { kind: 'refused', refusal, isPersonal: PERSONAL.has(error.code) }, facts };
}

/** Undefined if a deploy has meanwhile removed something that it names. */
function requestOf(job: Job, { config }: Deps): RoutedRequest | undefined {
  const { door, identity, user, chat, cache, route = PLAIN_ROUTE, lists } = job;
  const feature = config.features.get(job.feature);
  const named = config.aliases.get(job.alias);
  if (feature === undefined || named === undefined) return undefined;
  const ofSafeguard = safeguardAliasOf(feature, config);
  return {
    ...{
      door,
      identity,
      user,
      chat,
      cache,
      keyed: undefined,
      resume: null,
      promptVersion: null,
      feature,
      route,
      lists,
    },
    alias: withAliasList(named, lists, config),
    safeguardAlias: ofSafeguard && withAliasList(ofSafeguard, lists, config),
  };
}

function contextOf(job: Job, hooks: RunHooks, { clock }: Deps): RequestContext {
  const { background, signal, isShared, admitted } = hooks;
  const { requestId, traceparent = null } = job;
  // The Worker's clock may be ahead of this one.
  const arrivedAt = Math.min(job.arrivedAt, clock.now());
  return {
    ...{ requestId, arrivedAt, background, isShared, colo: null, traceparent, namedFeature: null },
    gone: signal,
    timing: new Timing(clock, arrivedAt),
    // Each lease is in the object's own row before it is asked for, and before a provider is called under it (ledger rule 20).
    leaseHooks: hooks,
    admitted: ({ left, ledger }, mode) => admitted({ mode, left, isUnmetered: ledger === 'unreachable' }),
  };
}

function begun(
  outcome: BegunOutcome,
  deps: Deps,
  context: RequestContext,
  onEnd: (ending: Ending) => void,
): RunOutcome {
  const { answer, deployment, admission, trail } = outcome;
  const { lease, limited } = admission;
  const field = (cut?: Failure): CarryonField =>
    carryonField(trail, context.arrivedAt, deps.clock.now(), lease.spentMicroUsd, cut);
  const end = (ending: Ending, measured: Measured) => {
    settle(outcome, ending, measured, deps, context);
    onEnd(ending);
  };
  if (answer.kind === 'reply') {
    const { body, model } = answer.reply;
    end('complete', measuredReply(answer.reply));
    judgedAnswer(outcome, deps, context)?.complete(body);
    const head = headOf(trail, limited, model ?? deployment.model, lease.spentMicroUsd);
    return { kind: 'begun', head, events: runOf([{ kind: 'completion', data: body }], field()) };
  }
  const source = new AnswerSource({ answer, gone: context.gone, settle: end });
  const head = headOf(trail, limited, answer.stream.translator.model ?? deployment.model, undefined);
  return { kind: 'begun', head, events: streamed(source, field, judgedAnswer(outcome, deps, context)) };
}

async function* streamed(
  source: AnswerSource,
  field: (cut?: Failure) => CarryonField,
  judged: JudgedAnswer | undefined,
): AsyncGenerator<RunBatch> {
  const { stream } = source;
  try {
    for (;;) {
      const { chunks, end } = await source.next();
      judged?.add(chunks);
      if (chunks.length > 0) yield { kind: 'events', events: chunks.map(eventOf) };
      if (end === undefined) continue;
      if (end.kind !== 'complete') {
        yield { kind: 'interrupted', error: refusalOf(interruptionError(end.failure), undefined, field(end.failure)) };
        return;
      }
      const { skippedEvents } = stream;
      if (skippedEvents === 0) judged?.complete();
      // In a chunk of its own too, for readers who asked for no usage.
      const mark = withSkippedEvents(undefined, stream);
      if (mark !== undefined) yield { kind: 'events', events: [{ kind: 'chunk', data: JSON.stringify(mark) }] };
      const carryon = field();
      const data = JSON.stringify(withSkippedEvents(usageChunk(stream), stream));
      const openData = JSON.stringify(openLastChunk(stream, carryon));
      yield { kind: 'events', events: [{ kind: 'usage', data, openData }] };
      yield { kind: 'complete', carryon, ...(skippedEvents > 0 && { skippedEvents }) };
      return await source.drained();
    }
  } finally {
    // Also when the object stops listening in the middle.
    source.leave();
  }
}

const eventOf = ({ data }: Chunk): RunEvent => ({ kind: 'chunk', data });
