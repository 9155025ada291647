import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityOf, LOCAL_CLIENT_KEY } from '../../../../worker/core/identity/identity.ts';
import { MAC_BYTES, parseKey, RANDOM_BYTES, withoutKeys } from '../../../../worker/core/identity/key-format.ts';

const letters = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'ABCXYZabcxyz0189-_'), minLength: length, maxLength: length });
const random = letters((RANDOM_BYTES * 4) / 3);
const mac = letters((MAC_BYTES * 4) / 3);

describe('withoutKeys', () => {
  it('leaves no part of a key in a path, and every other path as it is', () => {
    fc.assert(
      fc.property(fc.constantFrom('sk', 'pk', 'ak'), random, mac, (prefix, random, mac) => {
        for (const [before, after] of [
          ['/admin/keys/', ''],
          ['/admin/ledger/acme/key:', '/x'],
          ['/admin/pins/%20', '%20'],
          ['/admin/keys/key%3A', ''],
        ]) {
          expect(withoutKeys(`${before}${prefix}-${random}${mac}${after}`)).toBe(`${before}${prefix}-…${after}`);
        }
      }),
    );
    for (const path of ['/admin/pins/app%2Fchat', '/admin/keys/0123456789abcdef0123', '/v1/models/task-queue', '/']) {
      expect(withoutKeys(path)).toBe(path);
    }
  });
});

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
