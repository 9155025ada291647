/**
 * Step: what a request came to, told once, when it is over: promises, statistics and traces attach here. Today a request that
 * failed over, or failed, is one line of the log, which a support case with a request id is followed by.
 */
import type { RouterError } from '../../protocol/errors.ts';
import type { Deps } from '../ports.ts';
import type { Ending } from './meter.ts';
import { errorIn, type Outcome } from './outcome.ts';
import type { RequestContext, RoutedRequest, Trail } from './request.ts';

/** All that is known of a request when it is over. */
interface Recorded {
  /** As it was read: a safeguard's answer names the alias that was asked for. */
  request: RoutedRequest;
  outcome: Outcome;
  /** How the response ended: a stream may break off, or lose its reader, long after it began. */
  ending: Ending;
  /** What this request was charged; 0 for an answer that another request made. */
  costMicroUsd: number;
  /** From the request's arrival to the first content that its own attempt brought. */
  firstTokenMs: number | undefined;
}

/** Undefined where this request called no provider, or got no content. */
function firstTokenMs(outcome: Outcome, { arrivedAt }: RequestContext): number | undefined {
  const at = outcome.kind === 'begun' ? outcome.trail.attempts.at(-1)?.contentAt : undefined;
  return at === undefined ? undefined : at - arrivedAt;
}

/** The router's own failures. Refusals (a budget, a rate, a caller's mistake) are no news: a storm of them would be many lines. */
const FAILURES: ReadonlySet<RouterError['code']> = new Set([
  'providers_unavailable',
  'deadline_exceeded',
  'overloaded',
  'rate_limited_by_provider',
  'ledger_unavailable',
]);

/** Called once, when the response has ended. `costMicroUsd`: what its request was charged. */
export type OnEnd = (ending: Ending, costMicroUsd: number) => void;

/** A fault of whatever is attached here must not break an answer that was paid for: it is logged, and no more. */
export const recorder =
  (request: RoutedRequest, outcome: Outcome, deps: Pick<Deps, 'events'>, context: RequestContext): OnEnd =>
  (ending, costMicroUsd) => {
    try {
      record({ request, outcome, ending, costMicroUsd, firstTokenMs: firstTokenMs(outcome, context) }, deps, context);
    } catch (error) {
      const reason = error instanceof Error ? error.name : typeof error;
      deps.events({ event: 'internal_error', requestId: context.requestId, reason, cause: null, where: 'record' });
    }
  };

function record(recorded: Recorded, { events }: Pick<Deps, 'events'>, { requestId }: RequestContext): void {
  const { request, outcome } = recorded;
  const tried = outcome.kind === 'stored' ? outcome.instead : outcome;
  const trail = tried !== undefined && tried.kind !== 'kept' ? tried.trail : undefined;
  // A request that was not admitted, or whose object records it, has no trail here.
  if (trail === undefined || tried === undefined) return;
  const failed = failedIn(trail);
  const code = errorIn(tried);
  if (failed.length === 0 && (code === undefined || !FAILURES.has(code))) return;
  const { attempts, deployment, mode } = trail;
  events({
    event: code === undefined ? 'request_failed_over' : 'request_failed',
    requestId,
    tenant: request.identity.tenant,
    feature: request.feature.name,
    alias: request.alias.name,
    ...(mode !== 'normal' && { mode }),
    attempts: attempts.length,
    failed: failed.join(', '),
    ...(code === undefined ? { servedBy: deployment?.id ?? null } : { code }),
  });
}

/** Each failed attempt, such as `a server_error`. */
const failedIn = ({ attempts }: Trail): string[] =>
  attempts.flatMap(({ deployment, failure }) => (failure === undefined ? [] : [`${deployment.id} ${failure.kind}`]));
