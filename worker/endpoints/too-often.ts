/** How often a caller may make the small calls that carry no question. */
import type { RouterError } from '../../protocol/errors.ts';
import type { Identity } from '../core/identity/identity.ts';
import type { Deps } from '../ports.ts';

/** Calls a minute, in this isolate, by one user, or by a key that names no user. */
const MOST_CALLS = 60;
/** The same for a server that tells what all of its users, or a judge of answers, told it. */
export const MOST_CALLS_OF_SERVERS = 1_200;

/** All visitors of a page share its key, so publishable keys are limited by address alone. `what`: each call has its own count. */
export function tooOften(
  what: string,
  identity: Identity,
  user: string | null,
  { callRate, clock }: Pick<Deps, 'callRate' | 'clock'>,
  most = MOST_CALLS,
): RouterError | undefined {
  if (identity.kind === 'publishable') return undefined;
  const retryAfterMs = callRate.take(`${what} ${ownerName(identity, user)}`, most, clock.now());
  if (retryAfterMs === 0) return undefined;
  const scope = user === null ? `key:${identity.keyId}` : `user:${user}`;
  return { code: 'rate_limit_exceeded', scope, limit: 'rpm', cap: most, retryAfterMs, neverFits: false };
}

/** Whose call it is. */
export const ownerName = ({ tenant, keyId }: Identity, user: string | null): string =>
  JSON.stringify([tenant, keyId, user]);
