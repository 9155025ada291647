/** Step 4: admit, then plan → attempt, again where that may help, until an answer begins or nobody is left to ask. */
import type { RouterError } from '../../protocol/errors.ts';
import { cooldownsOf } from '../core/answers/carryon-field.ts';
import type { Deployment } from '../core/config/config.ts';
import { billOf } from '../core/pricing/bill.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Observation } from '../core/routing/health.ts';
import { isFollowedAfter, next, ONE_ATTEMPT, type Tried } from '../core/routing/next.ts';
import { attemptDeadline, type Patience, patienceFor, startBy } from '../core/routing/patience.ts';
import { firstListed, type Plan, pinnedPlan, plan, type Slot } from '../core/routing/plan.ts';
import { edgeMode, pinnedIn } from '../core/routing/route.ts';
import { boardFor, deploymentFor, fetchFor, measuredFor } from '../overrides/routed.ts';
import type { Deps } from '../ports.ts';
import type { Outgoing } from '../providers/adapter.ts';
import { type Admission, admit, coverAttempt, type Limited } from './admit.ts';
import { personOf, type RoutedRequest } from './ask.ts';
import { type Attempted, attempt } from './attempt.ts';
import { withOwnCacheKey } from './cache-key.ts';
import type { RequestContext } from './request-context.ts';
import { tellFailures } from './tell-failures.ts';
import { newTrail, type Tracked, type Trail } from './trail.ts';
import { rejected, unserved } from './unserved.ts';

/** An answer that begins: `ask` is the one that was admitted, maybe as its feature's safeguard. */
export interface Begun {
  ask: RoutedRequest;
  admission: Admission;
  answer: Exclude<Attempted, { kind: 'failure' }>;
  deployment: Deployment;
  startedAt: number;
}

export type Produced = { trail: Trail; limited: Limited } & (
  | ({ ok: true } & Begun)
  /** What failed attempts may have cost, for nothing. */
  | { ok: false; error: RouterError; chargedMicroUsd: number; isAlone?: boolean }
);

/** Looking for the client is dear (attempt-limit.ts); within less the ledger has not kept it waiting. */
const WORTH_LOOKING_MS = 25;

export async function produce(given: RoutedRequest, links: Deps, scope: RequestContext): Promise<Produced> {
  const deps = routedDeps(given, links);
  // Counted from here, where the whole request has arrived: a slow upload is not the providers' time.
  const arrivedAt = deps.clock.now();
  const deadlineAt = arrivedAt + deps.config.router.totalTimeoutMs;
  const mode = edgeMode(given.route, 'normal');
  const trail = newTrail(mode);
  const cacheKey = given.chat.rest.prompt_cache_key ?? undefined;
  const asked = cacheKey === undefined ? given : await withOwnCacheKey(given, cacheKey, deps);
  const admitted = await admit(asked, deps, scope);
  const { limited } = admitted;
  if (!admitted.ok) return { ...admitted, chargedMicroUsd: 0, trail };
  const { version, holding } = admitted;
  trail.mode = edgeMode(given.route, version.mode);
  scope.admitted?.(limited, trail.mode);
  const ask: RoutedRequest = { ...asked, alias: version.alias, chat: version.chat };
  const isGone = deps.clock.now() - arrivedAt >= WORTH_LOOKING_MS && scope.gone?.aborted === true;
  try {
    const found: Begun | RouterError = isGone
      ? { code: 'client_gone' }
      : await firstToAnswer(ask, admitted, deadlineAt, trail, deps, scope);
    trail.cooldowns = cooldownsOf(deps.board.candidates(ask.alias.deployments), deps.clock.now());
    const isAnswer = !('code' in found);
    if (!isAnswer) holding.close();
    const produced: Produced = isAnswer
      ? { ok: true, ...found, trail, limited }
      : { ok: false, error: found, chargedMicroUsd: holding.spentMicroUsd, trail, limited };
    tellFailures(asked, produced, deps, scope);
    return produced;
  } catch (error) {
    holding.abandon();
    throw error;
  }
}

async function firstToAnswer(
  ask: RoutedRequest,
  admission: Admission,
  deadlineAt: number,
  trail: Trail,
  deps: Deps,
  scope: RequestContext,
): Promise<Begun | RouterError> {
  const { clock, board, config, random } = deps;
  const { bypass } = ask.route;
  const deployments = bypass ? firstListed(ask.alias.deployments) : ask.alias.deployments;
  const retries = bypass ? ONE_ATTEMPT : config.router;
  const { holding } = admission;
  const order = planOf(ask, deployments, deps);
  const tried: Tried[] = [];
  /** Deployments that have no form for this request, and why not, by id. */
  const refusals = new Map<string, RouterError>();
  /** The lease covers an attempt that may be billed only once. */
  let isLeaseUsed = false;
  scope.timing.mark('plan');

  for (;;) {
    const nextStartBy = startBy(ask.chat, config.router, deadlineAt, trail.attempts.length);
    const step = next(order, tried, clock.now(), nextStartBy, retries, random);
    if (step.kind === 'reject') return rejected(step.failure, deps.showsProvider(ask.identity));
    const planned = step.kind === 'attempt' ? deployments.find(({ id }) => id === step.slot.id) : undefined;
    if (step.kind !== 'attempt' || planned === undefined) {
      const [refusal] = refusals.values();
      // A deployment in cooldown may take it later, so it is the client's fault only if none can take it.
      const isTakenByNone = refusal !== undefined && deployments.every((one) => 'code' in translate(ask, one, deps));
      if (isTakenByNone) return refusal;
      const others = tried.filter(({ slot }) => !refusals.has(slot.id));
      return unserved(step.kind === 'deadline', others, ask, deps);
    }
    if (step.delayMs > 0) {
      await pause(step.delayMs, deps);
      // Meanwhile another request may have been told to stay away for longer.
      if (board.candidates([planned])[0]?.asked) {
        tried.push({ slot: step.slot, failure: 'skipped' });
        continue;
      }
    }
    if (tried.length > 0 && scope.gone?.aborted) return { code: 'client_gone' };

    const deployment = deploymentFor(ask.route, planned);
    const adapter = deps.adapterFor(deployment);
    const outgoing = translate(ask, deployment, deps);
    if ('code' in outgoing) {
      refusals.set(deployment.id, outgoing);
      tried.push({ slot: step.slot, failure: 'skipped' });
      continue;
    }
    const uncovered = await coverAttempt(admission, isLeaseUsed, ask, deps);
    if (uncovered !== undefined) return uncovered;
    // The ledger was asked, which takes a while.
    if (isLeaseUsed && scope.gone?.aborted) return { code: 'client_gone' };
    isLeaseUsed = false;
    // Asking the ledger again may have taken the rest of the time.
    if (clock.now() >= nextStartBy) return unserved(true, tried, ask, deps);
    const patience = patienceFor(ask.chat, deployment, config.router);
    if (!(await takePlace(ask, deployment, step.slot, patience, deps))) {
      tried.push({ slot: step.slot, failure: 'skipped' });
      continue;
    }
    if (trail.deployment !== undefined && trail.deployment.order !== deployment.order) trail.hops++;
    trail.deployment = deployment;
    trail.dropped = outgoing.dropped;
    const startedAt = clock.now();
    const tracked: Tracked = { deployment, hop: trail.hops, startedAt };
    trail.attempts.push(tracked);
    const isFollowed = isFollowedAfter(order, tried, step.slot, retries);
    const attempted = await attempt({
      chat: ask.chat,
      deployment,
      adapter,
      outgoing,
      deadlineAt: attemptDeadline(ask.chat, patience, config.router, { now: startedAt, deadlineAt, isFollowed }),
      clock,
      settings: config.router,
      patience,
      fetch: fetchFor(ask, planned, deps),
      clientGone: () => scope.gone,
    });
    scope.timing.mark('attempt');
    const now = clock.now();
    if (attempted.kind !== 'failure') {
      if (attempted.kind === 'reply') tracked.endedAt = now;
      if (attempted.kind === 'reply' || attempted.stream.hasContent) tracked.contentAt = now;
      // A probe has shown what it was for with the first content; the others need not wait until the stream ends.
      if (step.slot.probe) board.observe(deployment, { startedAt, result: 'success', user: null }, scope.background);
      return { ask, admission, answer: attempted, deployment, startedAt };
    }

    board.leave(deployment);
    const { failure, cutByDeadline } = attempted;
    const left = scope.gone?.aborted === true;
    if (failure.mayBeBilled) {
      isLeaseUsed = true;
      const forMs = now - startedAt;
      const seen = measuredFor(ask.route, deployment, attempted.measured);
      const bill = billOf(seen, ask.chat, admission.version.worst, deployment, config, forMs);
      holding.book(bill);
      board.learn(deployment, bill, scope.background);
    }
    const outcome = outcomeOf(left || cutByDeadline ? undefined : failure, startedAt, ask);
    board.observe(deployment, outcome, scope.background);
    if (left) return { code: 'client_gone' };
    tried.push({ slot: step.slot, failure });
    tracked.endedAt = now;
    tracked.failure = failure;
  }
}

function routedDeps(ask: RoutedRequest, deps: Deps): Deps {
  const board = boardFor(ask, deps);
  return board === deps.board ? deps : { ...deps, board };
}

function planOf(
  { alias, route }: RoutedRequest,
  deployments: readonly Deployment[],
  { board, clock, config, random }: Deps,
): Plan {
  const { whenAllCooling, routingStrategy } = config.router;
  const candidates = board.candidates(deployments);
  const pinned = pinnedIn(route, alias.name);
  return pinned === undefined
    ? plan(candidates, clock.now(), random, whenAllCooling, routingStrategy)
    : pinnedPlan(candidates, pinned, clock.now(), random, whenAllCooling, routingStrategy);
}

/** Without a failure it says nothing about the deployment: the client left, or our own deadline came. */
const outcomeOf = (failure: Failure | undefined, startedAt: number, ask: RoutedRequest): Observation => ({
  startedAt,
  result: failure?.kind ?? 'unknown',
  user: personOf(ask),
  ...(failure?.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
});

/** One of its `maxParallel` places and, where it is half-open, the one probe; false: somebody else has it. */
async function takePlace(
  { chat }: RoutedRequest,
  deployment: Deployment,
  { probe }: Slot,
  { answerMs, contentMs }: Patience,
  { board }: Deps,
): Promise<boolean> {
  if (!board.enter(deployment)) return false;
  if (!probe) return true;
  const forMs = chat.stream ? contentMs : answerMs;
  if (await board.claimProbe(deployment, forMs)) return true;
  board.leave(deployment);
  return false;
}

/** The provider's request, or why the client's body cannot be one. */
function translate(ask: RoutedRequest, deployment: Deployment, { config, adapterFor }: Deps): Outgoing | RouterError {
  try {
    const outgoing = adapterFor(deployment).request(ask.chat, deployment, ask.feature.promptCache);
    const { unsendable } = outgoing;
    if (unsendable !== undefined) return { code: 'invalid_body', param: unsendable.param, detail: unsendable.message };
    const refused = config.router.strictParams ? outgoing.dropped[0] : undefined;
    return refused === undefined ? outgoing : { code: 'unsupported_param', param: refused };
  } catch (error) {
    // JSON.stringify runs out of stack on what JSON.parse could still read.
    if (error instanceof RangeError) return { code: 'invalid_body', param: '', detail: 'is nested too deeply' };
    throw error;
  }
}

const pause = (ms: number, { clock }: Deps): Promise<void> => new Promise((resume) => void clock.after(ms, resume));
