/** One log line for each request that failed over or failed, so that a support case can be traced by its request id. */
import type { RouterError } from '../../protocol/errors.ts';
import type { Deps } from '../ports.ts';
import { errorIn, type Outcome } from './outcome.ts';
import type { RequestContext, RoutedRequest, Trail } from './request.ts';

/** The router's own failures. Refusals (a budget, a rate, a caller's mistake) are not logged: a storm of them would flood the log. */
const FAILURES: ReadonlySet<RouterError['code']> = new Set([
  'providers_unavailable',
  'deadline_exceeded',
  'overloaded',
  'rate_limited_by_provider',
  'ledger_unavailable',
]);

/** Logs a failed request. Called once, when the request is over. */
export function logFailure(
  request: RoutedRequest,
  outcome: Outcome,
  { events }: Pick<Deps, 'events'>,
  { requestId }: Pick<RequestContext, 'requestId'>,
): void {
  const tried = outcome.kind === 'stored' ? outcome.instead : outcome;
  const trail = tried !== undefined && tried.kind !== 'kept' ? tried.trail : undefined;
  // A request has no trail here if it was not admitted, or if the object of its answer logs it.
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

/** The deployment and the failure of each failed attempt, such as `a server_error`. */
const failedIn = ({ attempts }: Trail): string[] =>
  attempts.flatMap(({ deployment, failure }) => (failure === undefined ? [] : [`${deployment.id} ${failure.kind}`]));
