/** Reads a sign-in's key set once and imports its keys. The read is limited in time and size, and follows no redirect. */
import { parsedJson } from '../../protocol/json.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import type { SignInAlgorithm } from '../core/config/issuers-schema.ts';
import { type PublicJwk, publicJwks } from '../core/identity/jwk.ts';
import { LONGEST_READ_MS } from '../core/identity/key-set-times.ts';
import { within } from '../core/within.ts';
import type { Clock, UpstreamFetch } from '../ports.ts';
import { boundedText } from './bounded-text.ts';

/** A key of the set, ready to check signatures. */
export interface SetKey {
  kid: string | undefined;
  algorithm: SignInAlgorithm;
  key: CryptoKey;
}

/** Each algorithm as WebCrypto names it. A call ignores the fields that it does not need. */
export const WEB_CRYPTO: Readonly<Record<SignInAlgorithm, { name: string; hash?: string; namedCurve?: string }>> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
};

/** The keys, or an error that says what went wrong. The error does not hold the address. */
export type KeySetRead = Result<readonly SetKey[], string>;

const MOST_BYTES = 262_144;
const LEAST_RSA_BITS = 2_048;

/** Reads the key set. Never rejects. */
export async function readKeySet(url: string, fetch: UpstreamFetch, clock: Clock): Promise<KeySetRead> {
  const tooLate = new AbortController();
  const reading = read(url, fetch, tooLate.signal).catch((): KeySetRead => refused('is unreachable'));
  const result = await within(reading, LONGEST_READ_MS, clock, undefined);
  if (result !== undefined) return result;
  tooLate.abort();
  return refused(`did not arrive within ${LONGEST_READ_MS} ms`);
}

async function read(url: string, fetch: UpstreamFetch, signal: AbortSignal): Promise<KeySetRead> {
  const response = await fetch(url, {
    ...{ redirect: 'manual', signal, headers: { accept: 'application/json' } },
    // A cached copy could still hold a key that has been withdrawn.
    cache: 'no-store',
  });
  if (response.status !== 200) {
    response.body?.cancel().catch(() => {});
    return refused(`was answered with status ${response.status}`);
  }
  const text = await boundedText(response, MOST_BYTES);
  if (text === undefined) return refused(`is larger than ${MOST_BYTES} bytes`);
  const jwks = publicJwks(parsedJson(text));
  if (jwks === undefined) return refused('is not a JWKS');
  const keys = await Promise.all(jwks.map(importKey));
  return ok(keys.filter((key) => key !== undefined));
}

/** Undefined if the key is not usable. The other keys of its set may still be good. */
async function importKey({ kid, algorithm, jwk }: PublicJwk): Promise<SetKey | undefined> {
  try {
    const key = await crypto.subtle.importKey('jwk', jwk, WEB_CRYPTO[algorithm], false, ['verify']);
    const { modulusLength = LEAST_RSA_BITS } = key.algorithm as { modulusLength?: number };
    return modulusLength < LEAST_RSA_BITS ? undefined : { kid, algorithm, key };
  } catch {
    return undefined;
  }
}
