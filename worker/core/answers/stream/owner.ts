/** Who owns a keyed answer. Two owners never share one, whatever their idempotency keys are. */
import { type Identity, vouchesForUser } from '../../identity/identity.ts';
import type { Owner } from './messages.ts';

const VISITOR = /^[\x21-\x7e]{20,128}$/;

/** True if `x-carryon-visitor` is long enough to be a secret. */
export const isVisitor = (text: string): boolean => VISITOR.test(text);

/**
 * The owner of an answer that this caller asks for. A user named by a secret key or a signed token owns the answer under all secret
 * keys and tokens of the tenant. Without a user the key itself is the owner. A publishable key is in every visitor's hands, so it
 * never stands for a person: the key, and the visitor's secret if one was sent, stay part of the owner even if the key is bound to
 * a user.
 */
export function ownerOf(identity: Identity, user: string | null, visitorHash: string | null): Owner {
  const { tenant, keyId, kind } = identity;
  if (user !== null && vouchesForUser(identity)) return { tenant, user, key: null, visitor: null };
  return { tenant, user, key: `${kind} ${keyId}`, visitor: visitorHash };
}

/** Earlier builds stored no key with an owner. Their answers without a user have no owner. */
export const isSameOwner = (stored: Owner, caller: Owner): boolean =>
  stored.tenant === caller.tenant &&
  stored.user === caller.user &&
  (stored.key ?? null) === caller.key &&
  (stored.visitor ?? null) === caller.visitor;

/** The name of the object for this owner's idempotency key, before it is hashed. */
export const keyedSubject = ({ tenant, user, key, visitor }: Owner, idempotencyKey: string): string =>
  JSON.stringify(['idempotency-key', tenant, user, key, visitor, idempotencyKey]);
