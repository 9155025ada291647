import { describe, expect, it } from 'vitest';
import { isSameOwner, isVisitor, keyedSubject, ownerOf } from '../../../../../worker/core/answers/stream/owner.ts';
import { type Identity, LOCAL_IDENTITY } from '../../../../../worker/core/identity/identity.ts';

const server = (keyId: string): Identity => ({ ...LOCAL_IDENTITY, tenant: 'acme', keyId });
const token = (keyId: string): Identity => ({ ...server(keyId), kind: 'token', user: 'ana' });
const page = (keyId: string): Identity => ({ ...server(keyId), kind: 'publishable' });

/** Each is a different owner, though their idempotency keys may be equal. */
const OWNERS = {
  'a server without a user': ownerOf(server('k1'), null, null),
  'another server without a user': ownerOf(server('k2'), null, null),
  'a server behind which there is a visitor': ownerOf(server('k1'), null, 'v1'),
  'a user': ownerOf(server('k1'), 'ana', null),
  'another user': ownerOf(server('k1'), 'bob', null),
  'a user who is called like a key': ownerOf(server('k1'), 'k1', null),
  'the same user of another tenant': ownerOf({ ...server('k1'), tenant: 'acme2' }, 'ana', null),
  'a page': ownerOf(page('p1'), null, null),
  'another page': ownerOf(page('p2'), null, null),
  'a visitor of a page': ownerOf(page('p1'), null, 'v1'),
  'another visitor': ownerOf(page('p1'), null, 'v2'),
  'a page whose key is bound to that user': ownerOf(page('p1'), 'ana', null),
  'a visitor of that page': ownerOf(page('p1'), 'ana', 'v1'),
};

describe('owners', () => {
  it('are different, and so are their objects', () => {
    const entries = Object.entries(OWNERS);
    for (const [name, owner] of entries) {
      const same = entries.filter(([, other]) => isSameOwner(owner, other)).map(([other]) => other);
      expect(same).toEqual([name]);
    }
    const subjects = entries.map(([, owner]) => keyedSubject(owner, 'key'));
    expect(new Set(subjects).size).toBe(entries.length);
  });

  it('are the same for a user under whichever secret key or token, with a visitor or without', () => {
    const ana = ownerOf(server('k1'), 'ana', null);
    const others = [server('k2'), token('k1'), token('issuer:https://team.example')].map((one) =>
      ownerOf(one, 'ana', null),
    );
    for (const other of [...others, ownerOf(server('k1'), 'ana', 'v1'), ownerOf(token('k1'), 'ana', 'v1')]) {
      expect(isSameOwner(ana, other)).toBe(true);
      expect(keyedSubject(ana, 'key')).toBe(keyedSubject(other, 'key'));
    }
  });

  it('of records from before are users alone', () => {
    const ofOldRecord = (user: string | null) => ({ tenant: 'acme', user }) as ReturnType<typeof ownerOf>;
    expect(isSameOwner(ofOldRecord('ana'), ownerOf(server('k1'), 'ana', null))).toBe(true);
    expect(isSameOwner(ofOldRecord(null), ownerOf(server('k1'), null, null))).toBe(false);
    expect(isSameOwner(ofOldRecord('ana'), ownerOf(page('p1'), 'ana', null))).toBe(false);
  });
});

it.each([
  ['a'.repeat(20), true],
  ['a'.repeat(128), true],
  ['a'.repeat(19), false],
  ['a'.repeat(129), false],
  ['', false],
  [`${'a'.repeat(20)} b`, false],
  [`${'a'.repeat(20)}\u00e9`, false],
  [`${'a'.repeat(20)}\n`, false],
])('a visitor %j: %s', (text, expected) => {
  expect(isVisitor(text)).toBe(expected);
});
