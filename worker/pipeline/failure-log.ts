/** One line of the log for a request that failed over, or failed: a support case with a request id is followed by it. */
import type { RouterError } from '../../protocol/errors.ts';
import type { Deps } from '../ports.ts';
import { errorIn, type Outcome } from './outcome.ts';
import type { RequestContext, RoutedRequest, Trail } from './request.ts';

/** The router's own failures. Refusals (a budget, a rate, a caller's mistake) are no news: a storm of them would be many lines. */
const FAILURES: ReadonlySet<RouterError['code']> = new Set([
  'providers_unavailable',
  'deadline_exceeded',
  'overloaded',
  'rate_limited_by_provider',
  'ledger_unavailable',
]);

/** Called once, when the request is over. */
export function logFailure(
  request: RoutedRequest,
  outcome: Outcome,
  { events }: Pick<Deps, 'events'>,
  { requestId }: Pick<RequestContext, 'requestId'>,
): void {
  const tried = outcome.kind === 'stored' ? outcome.instead : outcome;
  const trail = tried !== undefined && tried.kind !== 'kept' ? tried.trail : undefined;
  // A request that was not admitted, or whose object logs it, has no trail here.
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
