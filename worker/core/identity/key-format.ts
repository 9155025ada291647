/** A key is `sk-`, `pk-` or (for operators) `ak-`, 24 random characters, and 16 characters of a MAC over them, so junk is refused without a look-up. */
import type { KeyKind } from './identity.ts';

const FORM = /^(sk|pk|ak)-([A-Za-z0-9_-]{24})([A-Za-z0-9_-]{16})$/;

/** A key taken apart. */
export interface SignedKey {
  /** What the MAC covers. This includes the prefix, so that a key of one kind cannot pass for another. */
  signed: string;
  mac: string;
}

/** A client's key taken apart. */
export interface KeyParts extends SignedKey {
  kind: KeyKind;
}

const KINDS: Readonly<Record<string, KeyKind>> = { sk: 'secret', pk: 'publishable' };

/** Takes a client's key apart. Undefined if its form is wrong. */
export function parseKey(key: string): KeyParts | undefined {
  const { prefix = '', signed = '', mac = '' } = partsOf(key) ?? {};
  const kind = KINDS[prefix];
  return kind && { kind, signed, mac };
}

/** Takes an operator's key apart. Undefined if its form is wrong. */
export function parseAdminKey(key: string): SignedKey | undefined {
  const { prefix, signed = '', mac = '' } = partsOf(key) ?? {};
  return prefix === 'ak' ? { signed, mac } : undefined;
}

function partsOf(key: string): (SignedKey & { prefix: string }) | undefined {
  const [, prefix = '', random = '', mac = ''] = FORM.exec(key) ?? [];
  return prefix === '' ? undefined : { prefix, signed: `${prefix}-${random}`, mac };
}

/** Hides the keys in a path for logs, because a caller may have put one there by mistake. A longer one may be a provider's. */
export const withoutKeys = (path: string): string => path.replace(/(sk|pk|ak)-[A-Za-z0-9_-]{40,}/g, '$1-…');

/** A key's id is the beginning of its hash: unique, and enough to find its record. */
export const KEY_ID_DIGITS = 20;
/** Whether this has the form of a key's id. */
export const isKeyId = (text: string): boolean => text.length === KEY_ID_DIGITS && /^[0-9a-f]+$/.test(text);

/** Random bytes of a key. */
export const RANDOM_BYTES = 18;
/** Bytes of a key's MAC. */
export const MAC_BYTES = 12;
