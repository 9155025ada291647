/** Step: plan → attempt, repeated while that may help, until an answer begins or no provider is left to ask. */
import type { RouterError } from '../../protocol/errors.ts';
import type { Deployment } from '../core/config/config.ts';
import { refusesSignatures, withoutSignatures } from '../core/formats/signatures.ts';
import { billOf } from '../core/pricing/bill.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Observation } from '../core/routing/health.ts';
import { decideNext, isFollowedAfter, ONE_ATTEMPT, type RetrySettings, type Tried } from '../core/routing/next.ts';
import { attemptDeadline, nextStartDeadline, type Patience, patienceFor } from '../core/routing/patience.ts';
import { firstListed, type Plan, pinnedPlan, plan, type Slot } from '../core/routing/plan.ts';
import { pinnedIn } from '../core/routing/route.ts';
import { rejectedError, unservedError } from '../core/routing/unserved.ts';
import { traceparentOfCall } from '../core/telemetry/span-ids.ts';
import { pause } from '../core/within.ts';
import { deploymentFor, fetchFor, measuredFor } from '../overrides/routed.ts';
import type { Clock, Deps } from '../ports.ts';
import type { BegunAnswer } from '../upstream/attempt-input.ts';
import { outgoingFor } from '../upstream/outgoing.ts';
import { type Admission, coverAttempt } from './admit.ts';
import { attempt, type Failed } from './attempt.ts';
import {
  addBill,
  newTrackedAttempt,
  personOf,
  type RequestContext,
  type RoutedRequest,
  type TrackedAttempt,
  type Trail,
} from './request.ts';

/** What all attempts of one request share. */
export interface AttemptContext {
  /** The request as it was admitted, without signatures once a Google host has refused them. */
  request: RoutedRequest;
  admission: Admission;
  /** The time by which the answer must have begun. */
  deadlineAt: number;
  trail: Trail;
  /** True if the lease has been used by an attempt that may be billed. It covers only one. */
  isLeaseUsed: boolean;
  deps: Deps;
  context: RequestContext;
  waits: Clock;
}

/** How trying one place in the plan ended. */
type Try =
  | { kind: 'answered'; answer: BegunAnswer; deployment: Deployment; startedAt: number }
  | { kind: 'failed'; failure: Failure }
  /** Nothing was sent. `error` is set if this deployment cannot take the request. */
  | { kind: 'skipped'; error?: RouterError }
  /** No further attempt, even if providers are left to ask. */
  | NoAnswerOutcome;

/** The end of the attempts without an answer. */
export interface NoAnswerOutcome {
  kind: 'final';
  error: RouterError;
}

/** The client has left, so no further attempt is made. */
export const CLIENT_GONE: NoAnswerOutcome = { kind: 'final', error: { code: 'client_gone' } };

/** Asks one deployment after the other, in the order that `decideNext` decides, until one begins to answer or none is left to ask. */
export async function firstToAnswer(trying: AttemptContext): Promise<Extract<Try, { kind: 'answered' | 'final' }>> {
  const { request, trail, deps, context, deadlineAt } = trying;
  const { clock, config, random } = deps;
  const { bypass } = request.route;
  const deployments = bypass ? firstListed(request.alias.deployments) : request.alias.deployments;
  const retries = bypass ? ONE_ATTEMPT : config.router;
  const order = planOf(request, deployments, deps);
  const tried: Tried[] = [];
  /** Deployments that cannot take this request, each with the error that says why. */
  const unfit = new Map<string, RouterError>();
  context.timing.mark('plan');

  for (;;) {
    const nextStartBy = nextStartDeadline(request.chat, config.router, deadlineAt, trail.attempts.length);
    const step = decideNext(order, tried, clock.now(), nextStartBy, retries, random);
    if (step.kind === 'reject') return final(rejectedError(step.failure, deps.showsProvider(request.identity)));
    const planned = step.kind === 'attempt' ? deployments.find(({ id }) => id === step.slot.id) : undefined;
    if (step.kind !== 'attempt' || planned === undefined) {
      // A deployment in cooldown may take the request later, so the client is at fault only if no deployment can take it.
      const [error] = unfit.values();
      if (error !== undefined && deployments.every((one) => !outgoingFor(request, one, deps).ok)) return final(error);
      return noneLeft(
        trying,
        tried.filter(({ slot }) => !unfit.has(slot.id)),
        step.kind === 'deadline',
      );
    }
    const { slot, delayMs } = step;
    const found = await tryOnce(trying, { planned, slot, delayMs, nextStartBy, order, tried, retries });
    switch (found.kind) {
      case 'answered':
      case 'final':
        return found;
      case 'failed': {
        const isRefused = !bypass && refusesSignatures(planned, found.failure);
        // Ask the same deployment again, with stand-ins: the signatures may come from another of Google's hosts.
        const unsigned = isRefused && withoutSignatures(trying.request.chat);
        if (unsigned) trying.request = { ...trying.request, chat: unsigned };
        else tried.push({ slot, failure: found.failure });
        break;
      }
      case 'skipped':
        if (found.error !== undefined) unfit.set(planned.id, found.error);
        tried.push({ slot, failure: 'skipped' });
    }
  }
}

const final = (error: RouterError): NoAnswerOutcome => ({ kind: 'final', error });

function noneLeft({ request, deps }: AttemptContext, tried: readonly Tried[], isLate: boolean): NoAnswerOutcome {
  const { board, clock, config } = deps;
  const { totalTimeoutMs } = config.router;
  const candidates = board.candidates(request.alias.deployments);
  const [isBypassed, seesProvider] = [request.route.bypass, deps.showsProvider(request.identity)];
  return final(unservedError({ isLate, tried, candidates, isBypassed, seesProvider, totalTimeoutMs }, clock.now()));
}

/** One place in the plan whose turn has come. */
interface Turn {
  /** The deployment that the plan names. A fault may replace it with a faulty copy. */
  planned: Deployment;
  slot: Slot;
  delayMs: number;
  /** The time by which the attempt must have started. */
  nextStartBy: number;
  order: Plan;
  tried: readonly Tried[];
  retries: RetrySettings;
}

async function tryOnce(trying: AttemptContext, turn: Turn): Promise<Try> {
  const { request, admission, trail, deps, context } = trying;
  const { planned, slot, delayMs, nextStartBy, tried } = turn;
  const { clock, board, config } = deps;
  if (delayMs > 0) {
    await pause(delayMs, clock);
    // Meanwhile the provider may have told another request to wait longer.
    if (board.candidates([planned])[0]?.asked) return SKIPPED;
  }
  if (tried.length > 0 && context.gone?.aborted) return CLIENT_GONE;
  const deployment = deploymentFor(request.route, planned);
  const outgoing = outgoingFor(request, deployment, deps);
  if (!outgoing.ok) return { kind: 'skipped', error: outgoing.error };
  const { isLeaseUsed } = trying;
  const covering = coverAttempt(admission, isLeaseUsed, request, deps);
  const uncovered = covering && (await covering);
  if (uncovered !== undefined) return final(uncovered);
  // Asking the ledger takes time. Meanwhile the client may have left, or the time to start an attempt may be over.
  if (isLeaseUsed && context.gone?.aborted) return CLIENT_GONE;
  trying.isLeaseUsed = false;
  if (clock.now() >= nextStartBy) return noneLeft(trying, tried, true);
  const patience = patienceFor(request.chat, deployment, config.router);
  const placed = takePlace(trying, deployment, slot, patience);
  if (!(placed === true || (await placed))) return SKIPPED;

  if (trail.deployment !== undefined && trail.deployment.order !== deployment.order) trail.hops++;
  trail.deployment = deployment;
  trail.dropped = outgoing.value.dropped;
  const startedAt = clock.now();
  const tracked = newTrackedAttempt(deployment, trail.hops, startedAt);
  trail.attempts.push(tracked);
  const isFollowed = isFollowedAfter(turn.order, tried, slot, turn.retries);
  const times = { now: startedAt, deadlineAt: trying.deadlineAt, isFollowed };
  const attempted = await attempt({
    chat: request.chat,
    deployment,
    adapter: deps.adapterFor(deployment),
    outgoing: outgoing.value,
    deadlineAt: attemptDeadline(request.chat, patience, config.router, times),
    clock,
    settings: config.router,
    patience,
    fetch: fetchFor(request, planned, deps),
    waits: trying.waits,
    gone: context.gone,
    traceparent: deployment.traceparent ? traceparentOfCall(context, trail.attempts.length) : undefined,
  });
  context.timing.mark('attempt');
  const now = clock.now();
  if (attempted.kind === 'failure') return failedTry(trying, attempted, tracked, now);
  if (attempted.kind === 'reply') tracked.endedAt = now;
  if (attempted.kind === 'reply' || attempted.stream.hasContent) tracked.contentAt = now;
  // The first content already shows that the deployment is well again. Other requests need not wait until the probe's stream ends.
  if (slot.probe) board.observe(deployment, { startedAt, result: 'success', user: null }, context.background);
  return { kind: 'answered', answer: attempted, deployment, startedAt };
}

const SKIPPED: Try = { kind: 'skipped' };

/** Books what the provider may bill for the failed attempt, and reports the failure to the board. */
function failedTry(
  trying: AttemptContext,
  { failure, cutByDeadline, measured }: Failed,
  tracked: TrackedAttempt,
  now: number,
): Try {
  const { request, admission, trail, deps, context } = trying;
  const { board, config } = deps;
  const { deployment, startedAt } = tracked;
  board.leave(deployment, trail);
  const isGone = context.gone?.aborted === true;
  if (failure.mayBeBilled) {
    trying.isLeaseUsed = true;
    const seen = measuredFor(request.route, deployment, measured);
    const bill = billOf(seen, request.chat, admission.version.worst, deployment, config, now - startedAt);
    admission.lease.book(bill);
    addBill(trail, bill);
    board.learn(deployment, bill, context.background);
  }
  // The failure says nothing about the deployment if the client left or our own deadline ended the attempt.
  const observed = isGone || cutByDeadline ? { result: 'unknown' as const } : outcomeOf(failure);
  board.observe(deployment, { startedAt, user: personOf(request), ...observed }, context.background);
  if (isGone) return CLIENT_GONE;
  tracked.endedAt = now;
  tracked.failure = failure;
  return { kind: 'failed', failure };
}

const outcomeOf = ({ kind, retryAfterMs }: Failure): Pick<Observation, 'result' | 'retryAfterMs'> => ({
  result: kind,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

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

/** Takes one of the deployment's `maxParallel` places and, for a probe, its one probe. False if other requests hold them. */
function takePlace(
  { request: { chat }, trail, deps: { board } }: AttemptContext,
  deployment: Deployment,
  { probe }: Slot,
  { answerMs, contentMs }: Patience,
): boolean | Promise<boolean> {
  if (!board.enter(deployment, trail)) return false;
  if (!probe) return true;
  return board.claimProbe(deployment, chat.stream ? contentMs : answerMs).then((isClaimed) => {
    if (!isClaimed) board.leave(deployment, trail);
    return isClaimed;
  });
}
