/** Users of the demo in local mode (docs/decisions/0041-the-demos-local-token.md). */
import type { RouterError } from '../../../protocol/errors.ts';
import { ok, type Result, refused } from '../../../protocol/result.ts';
import { type Identity, LOCAL_IDENTITY } from './identity.ts';

const PREFIX = 'demo-';
/** Digits of the hash of the page's secret: 64 bits are enough to tell users apart. */
const HASH_DIGITS = 16;
const USER = new RegExp(`^${PREFIX}[0-9a-f]{${HASH_DIGITS}}$`);

/** The user's name. `hash` is the SHA-256 of the page's secret, in hexadecimal. */
export const demoUser = (hash: string): string => PREFIX + hash.slice(0, HASH_DIGITS);

/** The user of a token that the demo has minted. Any other caller is refused. */
export function demoPerson({ kind, tenant, keyId, user }: Identity): Result<string, RouterError> {
  const isLocal = tenant === LOCAL_IDENTITY.tenant && keyId === LOCAL_IDENTITY.keyId;
  if (kind === 'token' && isLocal && user !== null && USER.test(user)) return ok(user);
  const detail = 'Only a token of POST /demo/token may do this. What an operator may do is under /admin.';
  return refused({ code: 'token_not_allowed', detail });
}
