/** How often a caller may make the small calls that carry no question. */
import type { RouterError } from '../../protocol/errors.ts';
import type { Identity } from '../core/identity/identity.ts';
import type { Deps } from '../ports.ts';

/** Calls a minute, in this isolate, by one user, or by a key that names no user. */
const MOST_CALLS = 60;

/** All visitors of a page share its key, so publishable keys are limited by address alone. `what`: each call has its own count. */
export function tooOften(
  what: string,
  identity: Identity,
  user: string | null,
  { callRate, clock }: Pick<Deps, 'callRate' | 'clock'>,
): RouterError | undefined {
  if (identity.kind === 'publishable') return undefined;
  const retryAfterMs = callRate.take(`${what} ${ownerName(identity, user)}`, MOST_CALLS, clock.now());
  if (retryAfterMs === 0) return undefined;
  const scope = user === null ? `key:${identity.keyId}` : `user:${user}`;
  return { code: 'rate_limit_exceeded', scope, limit: 'rpm', cap: MOST_CALLS, retryAfterMs, neverFits: false };
}

/** Whose call it is. */
export const ownerName = ({ tenant, keyId }: Identity, user: string | null): string =>
  JSON.stringify([tenant, keyId, user]);
