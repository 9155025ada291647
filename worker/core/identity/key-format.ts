/** A virtual key's form: `sk-` or `pk-`, 24 random characters, 16 of a MAC over them. Junk is told without any look-up. */
import type { KeyKind } from './identity.ts';

const SHAPE = /^(sk|pk)-([A-Za-z0-9_-]{24})([A-Za-z0-9_-]{16})$/;

export interface KeyParts {
  kind: KeyKind;
  /** What the MAC covers. */
  signed: string;
  mac: string;
}

export function parseKey(key: string): KeyParts | undefined {
  const match = SHAPE.exec(key);
  if (match === null) return undefined;
  const [, prefix = '', random = '', mac = ''] = match;
  return { kind: prefix === 'pk' ? 'publishable' : 'secret', signed: `${prefix}-${random}`, mac };
}

/** A key's id is the beginning of its hash: unique, and enough to find its record by. */
export const KEY_ID_DIGITS = 20;
export const isKeyId = (text: string): boolean => text.length === KEY_ID_DIGITS && /^[0-9a-f]+$/.test(text);

export const RANDOM_BYTES = 18;
export const MAC_BYTES = 12;
