/** One log line for each request that failed over, or failed: what a support case with a request id is followed by. */
import type { RouterError } from '../../protocol/errors.ts';
import type { Deps } from '../ports.ts';
import type { RoutedRequest } from './ask.ts';
import type { Produced } from './produce.ts';
import type { RequestContext } from './request-context.ts';
import { failedIn } from './trail.ts';

/** The router's own failures. Refusals (a budget, a rate, a mistake of the caller's) are no news: a storm of them would be many lines. */
const FAILURES: ReadonlySet<RouterError['code']> = new Set([
  'providers_unavailable',
  'deadline_exceeded',
  'overloaded',
  'rate_limited_by_provider',
  'ledger_unavailable',
]);

export function tellFailures(
  ask: RoutedRequest,
  produced: Produced,
  { events }: Pick<Deps, 'events'>,
  scope: RequestContext,
): void {
  const { attempts, deployment, mode } = produced.trail;
  const failed = failedIn(produced.trail);
  if (failed.length === 0 && (produced.ok || !FAILURES.has(produced.error.code))) return;
  events({
    event: produced.ok ? 'request_failed_over' : 'request_failed',
    requestId: scope.requestId,
    tenant: ask.identity.tenant,
    feature: ask.feature.name,
    alias: ask.alias.name,
    ...(mode !== 'normal' && { mode }),
    attempts: attempts.length,
    failed: failed.join(', '),
    ...(produced.ok ? { servedBy: deployment?.id ?? null } : { code: produced.error.code }),
  });
}
