/** Who owns a keyed answer. Two owners never share one, whatever their idempotency keys are. */
import { type Identity, vouchesForUser } from '../../identity/identity.ts';
import type { Owner } from './messages.ts';

const VISITOR = /^[\x21-\x7e]{20,128}$/;

/** What `x-carryon-visitor` must look like: enough characters to be a secret. */
export const isVisitor = (text: string): boolean => VISITOR.test(text);

/**
 * A user whom a secret key or a signed token names owns the answer under any secret key and token of the tenant. Without a user the
 * key itself is the owner. A publishable key is in every visitor's hands, so it never stands for a person: the key, and the
 * visitor's secret where one was sent, stay part of the owner even if the key is bound to a user.
 */
export function ownerOf(identity: Identity, user: string | null, visitorHash: string | null): Owner {
  const { tenant, keyId, kind } = identity;
  if (user !== null && vouchesForUser(identity)) return { tenant, user, key: null, visitor: null };
  return { tenant, user, key: `${kind} ${keyId}`, visitor: visitorHash };
}

/** Records written before owners had keys name none; those of unnamed users then belong to nobody. */
export const isSameOwner = (one: Owner, other: Owner): boolean =>
  one.tenant === other.tenant &&
  one.user === other.user &&
  (one.key ?? null) === other.key &&
  (one.visitor ?? null) === other.visitor;

/** What an object of this owner's key is named after. */
export const keyedSubject = ({ tenant, user, key, visitor }: Owner, idempotencyKey: string): string =>
  JSON.stringify(['idempotency-key', tenant, user, key, visitor, idempotencyKey]);
