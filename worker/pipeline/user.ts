/** Who asks: the user a key is bound to, or the one a secret key names. One person has one name, however it was written. */
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import type { Identity } from '../core/identity/identity.ts';
import { canonicalName, isTellingName } from '../core/identity/names.ts';
import { headerAsWritten } from './header-text.ts';

const LONGEST_USER = 256;
/** NFC joins what was written apart, so a name may come longer than it counts. */
const LONGEST_WRITTEN = 4 * LONGEST_USER;

/** By header, or by OpenAI's `user`; only a secret key may name one. */
export function resolveUser(
  header: string | null,
  field: string | undefined,
  identity: Identity,
): string | null | RouterError {
  // Empty counts as not given.
  const [inHeader, inField] = [header && headerAsWritten(header), field];
  if (!inHeader && !inField) return identity.user === null ? null : checkedUser(identity.user);
  if (identity.kind !== 'secret') return { code: 'user_not_allowed' };
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
    return { code: 'conflicting_user', detail: 'This key is bound to another user.' };
  }
  return named;
}

/** Such as the ledger can keep. */
function checkedUser(written: string): string | RouterError {
  if (written.length > LONGEST_WRITTEN) return TOO_LONG;
  const user = canonicalName(written);
  if (user.length > LONGEST_USER) return TOO_LONG;
  if (!isTellingName(user)) {
    const detail = "A user's name has no control characters and no half characters, and is sent in UTF-8.";
    return { code: 'invalid_user', detail };
  }
  return user;
}

const TOO_LONG: RouterError = {
  code: 'invalid_user',
  detail: `A user's name has at most ${LONGEST_USER} characters.`,
};
