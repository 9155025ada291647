/** The keys of a JWKS document (RFC 7517) that can check signatures, reduced to their public members. */
import { isObject } from '../../../protocol/json.ts';
import type { SignInAlgorithm } from '../config/issuers-schema.ts';

/** One key, and the algorithm it is for. */
export interface PublicJwk {
  kid: string | undefined;
  algorithm: SignInAlgorithm;
  jwk: Readonly<Record<string, string>> & { kty: string };
}

/** Keys beyond this many are ignored. The largest known sets hold about ten. */
const MOST_KEYS = 100;

/** The keys of a document that can check signatures. Keys for other purposes are left out. Undefined if the document is not a key set. */
export function publicJwks(document: unknown): PublicJwk[] | undefined {
  const keys = isObject(document) ? document.keys : undefined;
  if (!Array.isArray(keys)) return undefined;
  return keys.flatMap((key) => publicJwk(key) ?? []).slice(0, MOST_KEYS);
}

function publicJwk(key: unknown): PublicJwk | undefined {
  if (!isObject(key) || (key.use !== undefined && key.use !== 'sig')) return undefined;
  if (Array.isArray(key.key_ops) && !key.key_ops.includes('verify')) return undefined;
  for (const { algorithm, names, fixed, members } of KINDS) {
    if (key.alg !== undefined && !names.includes(key.alg as string)) continue;
    if (Object.entries(fixed).some(([name, value]) => key[name] !== value)) continue;
    const values = members.map((name): [string, unknown] => [name, key[name]]);
    if (!values.every((pair): pair is [string, string] => typeof pair[1] === 'string')) continue;
    const kid = typeof key.kid === 'string' ? key.kid : undefined;
    return { kid, algorithm, jwk: { ...fixed, ...Object.fromEntries(values) } };
  }
  return undefined;
}

interface Kind {
  algorithm: SignInAlgorithm;
  /** The values of `alg` that mean this algorithm. */
  names: readonly string[];
  fixed: Readonly<Record<string, string>> & { kty: string };
  members: readonly string[];
}

const KINDS: readonly Kind[] = [
  { algorithm: 'RS256', names: ['RS256'], fixed: { kty: 'RSA' }, members: ['n', 'e'] },
  { algorithm: 'ES256', names: ['ES256'], fixed: { kty: 'EC', crv: 'P-256' }, members: ['x', 'y'] },
  { algorithm: 'EdDSA', names: ['EdDSA', 'Ed25519'], fixed: { kty: 'OKP', crv: 'Ed25519' }, members: ['x'] },
];
