import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityOf, LOCAL_CLIENT_KEY } from '../../../../worker/core/identity/identity.ts';
import { MAC_BYTES, parseKey, RANDOM_BYTES } from '../../../../worker/core/identity/key-format.ts';

const letters = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'ABCXYZabcxyz0189-_'), minLength: length, maxLength: length });
const random = letters((RANDOM_BYTES * 4) / 3);
const mac = letters((MAC_BYTES * 4) / 3);

describe('parseKey', () => {
  it('takes a key apart: what is signed, and the signature', () => {
    fc.assert(
      fc.property(fc.constantFrom('sk', 'pk'), random, mac, (prefix, random, mac) => {
        expect(parseKey(`${prefix}-${random}${mac}`)).toEqual({
          kind: prefix === 'pk' ? 'publishable' : 'secret',
          signed: `${prefix}-${random}`,
          mac,
        });
      }),
    );
  });

  it('takes nothing that is longer, shorter or has a stray character', () => {
    fc.assert(
      fc.property(
        random,
        mac,
        fc.nat({ max: 42 }),
        fc.constantFrom(' ', '=', '+', '/', 'é', '\n', '.'),
        (random, mac, at, stray) => {
          const key = `sk-${random}${mac}`;
          expect(parseKey(key.slice(0, at))).toBeUndefined();
          expect(parseKey(`${key}a`)).toBeUndefined();
          expect(parseKey(`${key}\n`)).toBeUndefined();
          expect(parseKey(key.slice(0, at) + stray + key.slice(at + 1))).toBeUndefined();
        },
      ),
    );
  });

  it.each(['', 'sk-', LOCAL_CLIENT_KEY, 'SK-'.padEnd(43, 'a'), 'xk-'.padEnd(43, 'a'), '__proto__'])(
    'refuses %j',
    (key) => {
      expect(parseKey(key)).toBeUndefined();
    },
  );
});

it('an identity holds nothing of when the record was made or revoked', () => {
  const record = {
    id: 'abc',
    tenant: 'acme',
    kind: 'secret' as const,
    user: null,
    features: null,
    tier: null,
    browser: false,
    name: null,
    expiresAt: null,
    origins: [],
    createdAt: 1,
    revokedAt: null,
  };
  const { id, name, createdAt, revokedAt, ...rest } = record;
  expect(identityOf(record)).toEqual({ ...rest, keyId: id });
});
