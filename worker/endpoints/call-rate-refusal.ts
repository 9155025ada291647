/** Limits how often a caller may make the small calls that carry no question. */
import type { RouterError } from '../../protocol/errors.ts';
import type { Identity } from '../core/identity/identity.ts';
import type { Deps } from '../ports.ts';

/** The most calls per minute in this isolate, for one user, or for a key that names no user. */
const MOST_CALLS = 60;
/** The same limit for a server that passes on the ratings of all its users, or of a judge of answers. */
export const MOST_CALLS_OF_SERVERS = 1_200;

/**
 * Refuses calls beyond the limit. `what` names the call, which has its own count. All visitors of a page share its key, so publishable
 * keys are limited only by address.
 */
export function callRateRefusal(
  what: string,
  identity: Identity,
  user: string | null,
  { callRate, clock }: Pick<Deps, 'callRate' | 'clock'>,
  most = MOST_CALLS,
): RouterError | undefined {
  if (identity.kind === 'publishable') return undefined;
  const retryAfterMs = callRate.take(`${what} ${callerName(identity, user)}`, most, clock.now());
  if (retryAfterMs === 0) return undefined;
  const scope = user === null ? `key:${identity.keyId}` : `user:${user}`;
  return { code: 'rate_limit_exceeded', scope, limit: 'rpm', cap: most, retryAfterMs, neverFits: false };
}

/** A name for the caller, under which its calls are counted. */
export const callerName = ({ tenant, keyId }: Identity, user: string | null): string =>
  JSON.stringify([tenant, keyId, user]);
