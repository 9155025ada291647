/** The people of the demo on a developer's machine (docs/decisions/0041-the-demos-local-token.md). */
import type { RouterError } from '../../../protocol/errors.ts';
import { type Identity, LOCAL_IDENTITY } from './identity.ts';

const PREFIX = 'demo-';
/** Of the hash of the page's secret: 64 bits tell people apart. */
const HASH_DIGITS = 16;
const USER = new RegExp(`^${PREFIX}[0-9a-f]{${HASH_DIGITS}}$`);

/** `hash`: the secret's SHA-256, in hexadecimal. */
export const demoUser = (hash: string): string => PREFIX + hash.slice(0, HASH_DIGITS);

/** The user of a token that the demo may have minted; anybody else gets a refusal. */
export function demoPerson({ kind, tenant, keyId, user }: Identity): { user: string } | { error: RouterError } {
  const isLocal = tenant === LOCAL_IDENTITY.tenant && keyId === LOCAL_IDENTITY.keyId;
  if (kind === 'token' && isLocal && user !== null && USER.test(user)) return { user };
  const detail = 'Only a token of POST /demo/token may do this. What an operator may do is under /admin.';
  return { error: { code: 'token_not_allowed', detail } };
}
