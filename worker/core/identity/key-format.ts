/** A key's form: `sk-`, `pk-` or (an operator's) `ak-`, 24 random characters, 16 of a MAC over them. Junk is told without any look-up. */
import type { KeyKind } from './identity.ts';

const FORM = /^(sk|pk|ak)-([A-Za-z0-9_-]{24})([A-Za-z0-9_-]{16})$/;

export interface SignedKey {
  /** What the MAC covers: the prefix too, so that no key of one kind passes for another. */
  signed: string;
  mac: string;
}

export interface KeyParts extends SignedKey {
  kind: KeyKind;
}

const KINDS: Readonly<Record<string, KeyKind>> = { sk: 'secret', pk: 'publishable' };

/** Of a client's key. */
export function parseKey(key: string): KeyParts | undefined {
  const { prefix = '', signed = '', mac = '' } = partsOf(key) ?? {};
  const kind = KINDS[prefix];
  return kind && { kind, signed, mac };
}

export function parseAdminKey(key: string): SignedKey | undefined {
  const { prefix, signed = '', mac = '' } = partsOf(key) ?? {};
  return prefix === 'ak' ? { signed, mac } : undefined;
}

function partsOf(key: string): (SignedKey & { prefix: string }) | undefined {
  const [, prefix = '', random = '', mac = ''] = FORM.exec(key) ?? [];
  return prefix === '' ? undefined : { prefix, signed: `${prefix}-${random}`, mac };
}

/** For logs: a caller may have written a key into a path by mistake. What is longer than our keys may be a provider's. */
export const withoutKeys = (path: string): string => path.replace(/(sk|pk|ak)-[A-Za-z0-9_-]{40,}/g, '$1-…');

/** A key's id is the beginning of its hash: unique, and enough to find its record by. */
export const KEY_ID_DIGITS = 20;
export const isKeyId = (text: string): boolean => text.length === KEY_ID_DIGITS && /^[0-9a-f]+$/.test(text);

export const RANDOM_BYTES = 18;
export const MAC_BYTES = 12;
