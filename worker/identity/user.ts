/**
 * Finds the user: the one that a key is bound to, that a token names, or that a request with a secret key names. All encodings of a
 * name become one.
 */
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { type Identity, vouchesForUser } from '../core/identity/identity.ts';
import { userName } from '../core/identity/names.ts';
import { headerAsWritten } from '../response/header-text.ts';

/** The user of a request, which may be named by a header or by OpenAI's `user` field. */
export function resolveUser(
  header: string | null,
  field: string | undefined,
  identity: Identity,
): string | null | RouterError {
  // An empty value counts as absent.
  const [inHeader, inField] = [header && headerAsWritten(header), field];
  if (!inHeader && !inField) return identity.user === null ? null : checkedUser(identity.user);
  if (!vouchesForUser(identity)) return { code: 'user_not_allowed' };
  const [named, other] = [checkedUser(inHeader || inField || ''), checkedUser(inField || inHeader || '')];
  if (typeof named === 'object') return named;
  if (typeof other === 'object') return other;
  if (named !== other) {
    return {
      code: 'conflicting_user',
      detail: `The header ${REQUEST_HEADERS.user} and the body's "user" differ: send one of them.`,
    };
  }
  if (identity.user !== null && checkedUser(identity.user) !== named) {
    if (identity.kind === 'token') return { code: 'user_not_allowed' };
    return { code: 'conflicting_user', detail: 'This key is bound to another user.' };
  }
  return named;
}

function checkedUser(written: string): string | RouterError {
  const checked = userName(written);
  return checked.ok ? checked.value : { code: 'invalid_user', detail: checked.error };
}
