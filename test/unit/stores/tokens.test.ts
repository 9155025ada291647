/** The router's own tokens, against another implementation (jose): each reads what the other signs. */
import fc from 'fast-check';
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { type Identity, LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { LONGEST_TOKEN, mintedClaims } from '../../../worker/core/identity/token-claims.ts';
import type { TokenSecrets } from '../../../worker/stores/token-keys.ts';
import { TokenStore } from '../../../worker/stores/tokens.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';

const KEY_ID = '0123456789abcdef0123';
const KEY: Identity = { ...LOCAL_IDENTITY, tenant: 'acme', keyId: KEY_ID };
const SECRETS: TokenSecrets = {
  keySecret: 'key-secret',
  keySecretOld: undefined,
  tokenSecret: 'tokens',
  tokenSecretOld: undefined,
};
const NOW = START / 1_000;
const GOOD = { iss: 'carryon', aud: 'carryon', sub: 'ana', tenant: 'acme', key: KEY_ID, iat: NOW, exp: NOW + 900 };

const clock = new TestClock();
const behind = () => {};
const NO_PORTS = { fetch: () => Promise.reject(new Error('nothing is fetched')), events: () => {} };
const storeOf = (secrets: Partial<TokenSecrets> = {}) =>
  new TokenStore({ ...SECRETS, ...secrets }, [], { clock, ...NO_PORTS });
const store = storeOf();
const encoder = new TextEncoder();
const signed = (claims: object, secret = 'tokens', header: object = {}) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', ...header }).sign(encoder.encode(secret));
const found = async (token: string, from = store) => {
  const result = await from.find(token, behind);
  return result.ok ? result.value.user : result.error;
};
const invalid = (detail: string) => ({ code: 'invalid_token', detail: expect.stringContaining(detail) });
const text = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

describe('a token that was minted', () => {
  const wish = { user: 'ana', features: ['chat'], ttlSeconds: 60 };
  const key = { ...KEY, tier: 'team', expiresAt: START + 30_000 };

  it('says whose it is, and what its key may do', async () => {
    const { claims, expiresAt } = mintedClaims(key, wish, START);
    expect(expiresAt).toBe(START + 30_000);
    const token = await store.mint(claims);
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'HS256',
      typ: 'JWT',
      kid: expect.stringMatching(/^[\w-]{8}$/),
    });
    const { payload } = await jwtVerify(token, encoder.encode('tokens'), { currentDate: new Date(START) });
    expect(payload).toEqual({ ...GOOD, features: ['chat'], tier: 'team', iat: NOW, exp: NOW + 30 });
    expect(await store.find(token, behind)).toEqual({
      ok: true,
      value: {
        ...{ tenant: 'acme', keyId: KEY_ID, kind: 'token', user: 'ana', features: ['chat'], tier: 'team' },
        ...{ browser: false, origins: [], expiresAt },
      },
    });
  });

  it("has its key's features where it names none, and its key's tier or none", async () => {
    const all = mintedClaims(KEY, { ...wish, features: null }, START).claims;
    expect(all).not.toHaveProperty('features');
    expect(all).not.toHaveProperty('tier');
    const some = mintedClaims({ ...KEY, features: ['chat', 'help'] }, { ...wish, features: null }, START).claims;
    expect(await store.find(await store.mint(some), behind)).toMatchObject({
      value: { features: ['chat', 'help'], tier: null },
    });
  });

  it('lives to the millisecond', async () => {
    const clock = new TestClock();
    const store = new TokenStore(SECRETS, [], { clock, ...NO_PORTS });
    await clock.advance(123);
    const token = await store.mint(mintedClaims(KEY, { ...wish, ttlSeconds: 1 }, clock.now()).claims);
    await clock.advance(999);
    expect(await found(token, store)).toBe('ana');
    await clock.advance(1);
    expect(await found(token, store)).toEqual({ code: 'token_expired' });
  });

  it('never lives longer than asked for, or than its key, whatever the time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_600 }), fc.integer({ min: 0, max: 4e12 }), fc.option(fc.integer({ min: 0, max: 4e12 })),
        (ttlSeconds, now, expiresAt) => {
          const minted = mintedClaims({ ...KEY, expiresAt }, { ...wish, ttlSeconds }, now);
          expect(Math.round(Number(minted.claims.exp) * 1_000)).toBe(minted.expiresAt);
          expect(minted.expiresAt).toBe(Math.min(now + ttlSeconds * 1_000, expiresAt ?? Number.POSITIVE_INFINITY));
        },
      ),
    ); // biome-ignore format: a list, not a page
  });
});

describe('another one is read', () => {
  it.each<[string, object]>([
    ['as it should be', {}],
    ['for several audiences', { aud: ['other', 'carryon'] }],
    ['with claims that mean nothing here', { jti: '1', scope: 'admin', nbf: NOW }],
    ['with a fraction of a second', { exp: NOW + 0.001 }],
  ])('%s', async (_, more) => {
    expect(await found(await signed({ ...GOOD, ...more }))).toBe('ana');
  });

  it('with a user in one form, however it was written', async () => {
    expect(await found(await signed({ ...GOOD, sub: 'Jose\u0301' }))).toBe('Jos\u00e9');
  });
});

describe('refused by name:', () => {
  it.each<[string, object, unknown]>([
    ['another issuer', { iss: 'https://team.example' }, invalid('issuer')],
    ['no issuer', { iss: undefined }, invalid('issuer')],
    ['a list of issuers', { iss: ['carryon'] }, invalid('issuer')],
    ['another audience', { aud: 'other' }, invalid('audience')],
    ['other audiences', { aud: ['other', 'carryon2'] }, invalid('audience')],
    ['an audience that only holds it', { aud: 'carryon,other' }, invalid('audience')],
    ['no audience', { aud: undefined }, invalid('audience')],
    ['an expiry that has come', { exp: NOW }, { code: 'token_expired' }],
    ['an expiry in the past', { exp: 0 }, { code: 'token_expired' }],
    ['no expiry', { exp: undefined }, invalid('expiry')],
    ['an expiry in words', { exp: '2099-01-01' }, invalid('expiry')],
    ['an expiry without an end', { exp: 1e308 }, invalid('expiry')],
    ['one that is null', { exp: null }, invalid('expiry')],
    ['one that is not valid yet', { nbf: NOW + 1 }, invalid('not valid yet')],
    ['an nbf in words', { nbf: 'tomorrow' }, invalid('nbf')],
    ['no user', { sub: undefined }, invalid('"sub"')],
    ['an empty user', { sub: '' }, invalid('"sub"')],
    ['a user with a control character', { sub: 'ana\n' }, invalid('"sub"')],
    ['a user that is a number', { sub: 7 }, invalid('"sub"')],
    ['a long user', { sub: 'a'.repeat(257) }, invalid('"sub"')],
    ['no tenant', { tenant: undefined }, invalid('"tenant"')],
    ['a strange tenant', { tenant: 'a/b' }, invalid('"tenant"')],
    ['features that are no list', { features: 'chat' }, invalid('"features"')],
    ['a feature that is no name', { features: [1] }, invalid('"features"')],
    ['a tier that is no name', { tier: 1 }, invalid('"tier"')],
    ['no key', { key: undefined }, invalid('"key"')],
    ['a key that is no id', { key: 'key:*' }, invalid('"key"')],
  ])('%s', async (_, more, refused) => {
    expect(await found(await signed({ ...GOOD, ...more }))).toEqual(refused);
  });

  it.each<[string, () => Promise<string> | string, unknown]>([
    ['another secret', () => signed(GOOD, 'guessed'), invalid('signature')],
    ['the secret of keys', () => signed(GOOD, 'key-secret'), invalid('signature')],
    ['a kid that is not known', () => signed(GOOD, 'tokens', { kid: 'other' }), invalid('signature')],
    ['a kid that is no text', () => signed(GOOD, 'tokens', { kid: 1 }), invalid('signature')],
    ['another algorithm', () => new SignJWT(GOOD).setProtectedHeader({ alg: 'HS512' }).sign(encoder.encode('tokens'.repeat(11))), invalid('"alg"')],
    ['none', () => `${text({ alg: 'none' })}.${text(GOOD)}.`, invalid('"alg"')],
    ['None', () => `${text({ alg: 'None' })}.${text(GOOD)}.`, invalid('"alg"')],
    ['a list of algorithms', () => `${text({ alg: ['HS256'] })}.${text(GOOD)}.AA`, invalid('"alg"')],
    ['no algorithm', () => `${text({ typ: 'JWT' })}.${text(GOOD)}.AA`, invalid('"alg"')],
    ['no signature', () => `${text({ alg: 'HS256' })}.${text(GOOD)}.`, invalid('signature')],
    ['extensions it demands', () => `${text({ alg: 'HS256', crit: ['b64'], b64: false })}.${text(GOOD)}.AA`, invalid('"crit"')],
    ['no extensions, demanded', () => `${text({ alg: 'HS256', crit: [] })}.${text(GOOD)}.AA`, invalid('"crit"')],
    ['two parts', () => `${text({ alg: 'HS256' })}.${text(GOOD)}`, invalid('not a signed JWT')],
    ['five parts', () => `${text({ alg: 'dir' })}.AA.AA.AA.AA`, invalid('not a signed JWT')],
    ['a header that is no JSON', () => `${text('eyJ')}.${text(GOOD)}.AA`, invalid('not a signed JWT')],
    ['claims that are a list', () => `${text({ alg: 'HS256' })}.${text([GOOD])}.AA`, invalid('not a signed JWT')],
    ['claims that are null', () => `${text({ alg: 'HS256' })}.${text(null)}.AA`, invalid('not a signed JWT')],
    ['padding', async () => `${await signed(GOOD)}=`, invalid('not a signed JWT')],
    ['too long a one', () => signed({ ...GOOD, more: 'a'.repeat(LONGEST_TOKEN) }), invalid('not a signed JWT')],
  ])('%s', async (_, token, refused) => {
    expect(await found(await token())).toEqual(refused);
  }); // biome-ignore format: a list, not a page

  it('every token of which one character is another', async () => {
    const token = await signed(GOOD);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.'), async (at, character) => {
        fc.pre(token[at] !== character);
        const forged = token.slice(0, at) + character + token.slice(at + 1);
        expect(await found(forged)).toMatchObject({ code: expect.stringMatching(/^(invalid_token|token_expired)$/) });
      }),
    );
  });

  it('any text, without a word of it in the refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (junk) => {
        const { code, detail } = (await found(`${junk}secret`)) as { code: string; detail: string };
        expect(code).toBe('invalid_token');
        expect(detail).not.toContain('secret');
      }),
    );
  });
});

describe('secrets', () => {
  it('of before are read, and sign no more', async () => {
    const [before, now] = [storeOf({ tokenSecret: 'old' }), storeOf({ tokenSecret: 'new', tokenSecretOld: 'old' })];
    expect(await found(await before.mint(GOOD), now)).toBe('ana');
    expect(await found(await now.mint(GOOD), before)).toEqual(invalid('signature'));
    expect(await found(await now.mint(GOOD), storeOf({ tokenSecret: 'new' }))).toBe('ana');
  });

  it('are derived from those of keys where there are none', async () => {
    const [before, now] = [
      storeOf({ tokenSecret: undefined, keySecret: 'old' }),
      storeOf({ tokenSecret: undefined, keySecret: 'new', keySecretOld: 'old' }),
    ];
    expect(await found(await before.mint(GOOD), now)).toBe('ana');
    expect(await found(await now.mint(GOOD), before)).toEqual(invalid('signature'));
    expect(await found(await signed(GOOD, 'new'), now)).toEqual(invalid('signature'));
    const own = storeOf({ tokenSecret: 'tokens', keySecret: 'new', keySecretOld: 'old' });
    expect(await found(await before.mint(GOOD), own)).toEqual(invalid('signature'));
  });

  it('import their keys once', async () => {
    const fresh = storeOf();
    const token = await fresh.mint(GOOD);
    const { importKey } = crypto.subtle;
    let imports = 0;
    crypto.subtle.importKey = ((...all: Parameters<typeof importKey>) => {
      imports++;
      return importKey.apply(crypto.subtle, all);
    }) as typeof importKey;
    try {
      for (let times = 0; times < 10; times++) await fresh.find(token, behind);
    } finally {
      crypto.subtle.importKey = importKey;
    }
    expect(imports).toBe(0);
  });
});
