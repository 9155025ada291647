/** Tokens of a team's own sign-in, and when its key set is read. */
import { createHmac } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import type { SignIn } from '../../../worker/core/config/config.ts';
import type { RouterEvent } from '../../../worker/ports.ts';
import { TokenStore } from '../../../worker/stores/tokens.ts';
import { keySetOf, makeKey, type SignInKey, signWith } from '../../support/sign-in.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';

const ISSUER = 'https://sign-in.example/';
const SIGN_IN: SignIn = {
  issuer: ISSUER,
  jwksUrl: 'https://sign-in.example/jwks.json',
  audience: 'router',
  tenant: 'acme',
  userClaim: 'sub',
  features: ['chat'],
  algorithms: ['RS256', 'ES256', 'EdDSA'],
};
const SECRETS = { keySecret: 'key-secret', keySecretOld: undefined, tokenSecret: undefined, tokenSecretOld: undefined };
const GOOD = { iss: ISSUER, aud: 'router', sub: 'ana', exp: START / 1_000 + 90_000 };
const [es, rs, ed, other] = await Promise.all([
  makeKey('es'), makeKey('rs', 'RS256'), makeKey('ed', 'EdDSA'), makeKey('other'),
]); // biome-ignore format: short

type Served = { keys: readonly unknown[] } | (() => Response) | 'unreachable' | 'never';

/** The router's side of a sign-in whose key set the test serves. */
class Bench {
  readonly clock = new TestClock();
  readonly events: RouterEvent[] = [];
  readonly fetched: RequestInit[] = [];
  readonly background: Promise<unknown>[] = [];
  readonly store: TokenStore;
  served: Served;

  constructor(served: Served = keySetOf(es, rs, ed), signIns: readonly SignIn[] = [SIGN_IN]) {
    this.served = served;
    const fetch = async (_: string, init: RequestInit) => {
      this.fetched.push(init);
      const { served } = this;
      if (served === 'never') return new Promise<Response>(() => {});
      if (served === 'unreachable') throw new Error('connection refused');
      return typeof served === 'function' ? served() : Response.json(served);
    };
    this.store = new TokenStore(SECRETS, signIns, {
      clock: this.clock,
      fetch,
      events: (event) => this.events.push(event),
    });
  }

  /** Who it is, or the refusal. */
  async find(token: string) {
    const result = await this.store.find(token, (work) => this.background.push(work));
    return result.ok ? result.value : result.error;
  }

  async code(token: string | Promise<string>): Promise<string> {
    const found = await this.find(await token);
    return 'code' in found ? found.code : `user ${found.user}`;
  }

  /** Waits for the work begun behind responses. */
  async rest(): Promise<void> {
    await Promise.all(this.background);
  }
}

const token = (key: SignInKey = es, more: object = {}, header: object = {}) =>
  signWith(key, { ...GOOD, ...more }, header);

describe('a token of a sign-in', () => {
  it.each([['ES256', es], ['RS256', rs], ['EdDSA', ed]] as const)('signed by %s is its user, of config’s tenant', async (_, key) => {
    const bench = new Bench();
    expect(await bench.find(await token(key, { tenant: 'other', features: ['admin'], tier: 'gold', key: 'k' }))).toEqual({
      ...{ tenant: 'acme', keyId: `issuer:${ISSUER}`, kind: 'token', user: 'ana', features: ['chat'], tier: null },
      ...{ browser: false, origins: [], expiresAt: START + 90_000_000 + 30_000 },
    });
  }); // biome-ignore format: short

  it.each<[string, object]>([
    ['one of several audiences', { aud: ['x', 'router'] }],
    ['an end that a clock 30 s ahead would have seen', { exp: START / 1_000 - 29 }],
    ['a beginning that a clock 30 s behind has not seen', { nbf: START / 1_000 + 29 }],
    ['a user of another script', { sub: 'Nguyễn' }],
  ])('with %s is good', async (_, more) => {
    expect(await new Bench().code(token(es, more))).toMatch(/^user /);
  });

  it.each<[string, object, string]>([
    ['another issuer', { iss: `${ISSUER}x` }, 'invalid_token'],
    ['an issuer without its slash', { iss: ISSUER.slice(0, -1) }, 'invalid_token'],
    ['the router’s own issuer', { iss: 'carryon', aud: 'carryon', tenant: 'acme', key: 'local' }, 'invalid_token'],
    ['no issuer', { iss: undefined }, 'invalid_token'],
    ['another audience', { aud: 'other' }, 'invalid_token'],
    ['no audience', { aud: undefined }, 'invalid_token'],
    ['no end', { exp: undefined }, 'invalid_token'],
    ['an end 30 s ago', { exp: START / 1_000 - 30 }, 'token_expired'],
    ['a beginning that is far', { nbf: START / 1_000 + 31 }, 'invalid_token'],
    ['no user', { sub: undefined }, 'invalid_token'],
    ['an empty user', { sub: '' }, 'invalid_token'],
    ['a user that is no text', { sub: { id: 1 } }, 'invalid_token'],
    ['a control character in its user', { sub: 'a\u0007' }, 'invalid_token'],
    ['half a character in its user', { sub: '\ud800' }, 'invalid_token'],
    ['a long user', { sub: 'a'.repeat(257) }, 'invalid_token'],
  ])('with %s is refused, and no key set is read for it', async (_, more, code) => {
    const bench = new Bench();
    expect(await bench.code(token(es, more))).toBe(code);
    expect(bench.fetched).toEqual([]);
  });

  it('names its user by the claim that config says', async () => {
    const bench = new Bench(keySetOf(es), [{ ...SIGN_IN, userClaim: 'email' }]);
    expect(await bench.code(token(es, { email: 'ana@example.com' }))).toBe('user ana@example.com');
    expect(await bench.code(token(es, {}))).toBe('invalid_token');
    const inherited = new Bench(keySetOf(es), [{ ...SIGN_IN, userClaim: 'constructor' }]);
    expect(await inherited.code(token(es))).toBe('invalid_token');
  });

  it('is of the tenant whose audience it has', async () => {
    const bench = new Bench(keySetOf(es), [
      SIGN_IN,
      { ...SIGN_IN, audience: 'router-2', tenant: 'bigco', features: null },
    ]);
    expect(await bench.find(await token(es, { aud: 'router-2' }))).toMatchObject({ tenant: 'bigco', features: null });
    expect(await bench.find(await token())).toMatchObject({ tenant: 'acme', features: ['chat'] });
    expect(await bench.find(await token(es, { aud: ['router-2', 'router'] }))).toMatchObject({ tenant: 'acme' });
    expect(bench.fetched).toHaveLength(1);
  });

  it('by an algorithm that config does not name is refused', async () => {
    const bench = new Bench(keySetOf(es, rs), [{ ...SIGN_IN, algorithms: ['RS256'] }]);
    expect(await bench.code(token(rs))).toBe('user ana');
    expect(await bench.code(token(es))).toBe('invalid_token');
  });
});

describe('forged:', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  /** Signed with HMAC, using what everybody can read in the key set as the secret. */
  const confused = async (secret: string, alg = 'HS256') => {
    const signed = `${part({ alg, kid: 'rs' })}.${part(GOOD)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  it.each<[string, () => Promise<string>]>([
    ['by another key', () => signWith({ ...other, kid: 'es' }, GOOD)],
    ['by another key, under its own name', () => token(other)],
    ['for another user', async () => {
      const [header, , signature] = (await token()).split('.');
      return [header, part({ ...GOOD, sub: 'bob' }), signature].join('.');
    }],
    ['without a signature', async () => `${part({ alg: 'none' })}.${part(GOOD)}.`],
    ['without a signature, under a name', async () => `${part({ alg: 'ES256', kid: 'es' })}.${part(GOOD)}.`],
    ['with half of one', async () => (await token()).slice(0, -43)],
    ['with the public key as a secret', async () => confused(JSON.stringify(rs.jwk))],
    ['with its modulus as a secret', async () => confused(rs.jwk.n ?? '')],
    ['with its PEM as a secret', async () => confused(await exportSPKI((await generateKeyPair('RS256')).publicKey))],
    ['a MAC called a signature', async () => confused(JSON.stringify(rs.jwk), 'RS256')],
    ['by a key that it brings itself', async () => token(other, {}, { jwk: await exportJWK(other.privateKey), kid: 'es' })],
    ['by a key at an address that it brings', async () => token(other, {}, { jku: 'https://evil.example/jwks', kid: 'es' })],
    ['with the name of a key of another kind', async () => token(es, {}, { kid: 'rs' })],
    ['with extensions', async () => token(es, {}, { b64: true, crit: ['b64'] })],
  ])('%s', async (_, forged) => {
    const bench = new Bench();
    expect(await bench.code(token())).toBe('user ana');
    expect(await bench.code(forged())).toBe('invalid_token');
    expect(bench.fetched).toHaveLength(1);
  }); // biome-ignore format: a list, not a page
});

describe('a key set', () => {
  it.each<[string, Parameters<typeof makeKey>]>([
    ['for encryption', ['k', 'RS256', { use: 'enc' }]],
    ['that only signs', ['k', 'ES256', { key_ops: ['sign'] }]],
    ['of another algorithm', ['k', 'RS256', { alg: 'RS512' }]],
    ['of another curve', ['k', 'ES256', { crv: 'P-384' }]],
    ['that lacks a half', ['k', 'ES256', { y: undefined } as object]],
    ['that is broken', ['k', 'ES256', { x: 'AA' }]],
    ['that is a secret', ['k', 'ES256', { kty: 'oct', k: 'AAAA' }]],
  ])('may hold a key %s, which opens nothing', async (_, made) => {
    const key = await makeKey(...made);
    const bench = new Bench(keySetOf(key, es));
    expect(await bench.code(signWith({ ...key, kid: 'k' }, GOOD))).toBe('invalid_token');
    expect(await bench.code(token())).toBe('user ana');
  });

  it('with a short RSA key: that one opens nothing', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1_024, publicExponent: new Uint8Array([1, 0, 1]) }, true, ['sign', 'verify']); // biome-ignore format: short
    const bench = new Bench({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k' }] });
    const signed = `${Buffer.from('{"alg":"RS256","kid":"k"}').toString('base64url')}.${Buffer.from(JSON.stringify(GOOD)).toString('base64url')}`;
    const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', pair.privateKey, Buffer.from(signed));
    expect(await bench.code(`${signed}.${Buffer.from(signature).toString('base64url')}`)).toBe('invalid_token');
  });

  it('with private halves, members that are no keys, and unusable names: its good keys count', async () => {
    const noise = [null, 1, 'key', {}, { kty: 'EC' }, { ...es.jwk, kid: 7, x: 1 }];
    const bench = new Bench({ keys: [...noise, { ...(await exportJWK(es.privateKey)), kid: 'es' }] });
    expect(await bench.code(token())).toBe('user ana');
  });

  it('is found without a name on either side', async () => {
    const nameless = await makeKey(undefined);
    const bench = new Bench(keySetOf(es, nameless));
    expect(await bench.code(token(nameless))).toBe('user ana');
    expect(await bench.code(signWith({ ...es, kid: undefined }, GOOD))).toBe('user ana');
  });

  it('is asked for as JSON, and no redirect is followed', async () => {
    const bench = new Bench();
    await bench.code(token());
    expect(bench.fetched).toMatchObject([{ redirect: 'manual', headers: { accept: 'application/json' } }]);
  });

  it('is read behind the response from 30 s on, and before it where it is 10 minutes old', async () => {
    const bench = new Bench();
    await bench.code(token());
    await bench.clock.advance(29_999);
    await bench.code(token());
    expect(bench.fetched).toHaveLength(1);
    await bench.clock.advance(1);
    bench.served = keySetOf(rs);
    expect(await bench.code(token())).toBe('user ana');
    await bench.rest();
    expect(bench.fetched).toHaveLength(2);
    expect(await bench.code(token())).toBe('invalid_token');
    await bench.clock.advance(600_000);
    bench.served = keySetOf(es);
    expect(await bench.code(token(rs))).toBe('invalid_token');
    expect(bench.fetched).toHaveLength(3);
  });

  it.each<[string, SignInKey]>([
    ['under a new name', other],
    ['under the same name', { ...other, kid: 'es', jwk: { ...other.jwk, kid: 'es' } }],
  ])('that was changed, %s, is taken within 30 s', async (_, changed) => {
    const bench = new Bench(keySetOf(es));
    await bench.code(token());
    bench.served = keySetOf(changed);
    expect(await bench.code(token(changed))).toBe('invalid_token');
    await bench.clock.advance(30_000);
    expect(await bench.code(token(changed))).toBe('user ana');
    expect(await bench.code(token(es))).toBe('invalid_token');
    expect(bench.fetched).toHaveLength(2);
  });
});

describe('a key set that', () => {
  const huge = () => new Response(`{"keys":[],"more":"${'a'.repeat(262_144)}"}`);
  const BAD: [string, Served][] = [
    ['is unreachable', 'unreachable'],
    ['is down', () => new Response('{"keys":[]}', { status: 500 })],
    ['is nowhere', () => new Response('no', { status: 404 })],
    ['redirects', () => Response.redirect('https://evil.example/jwks.json', 302)],
    ['is huge', huge],
    ['is no JSON', () => new Response('<html>')],
    ['is nothing', () => new Response('')],
    ['is not a set', () => Response.json({ keys: 'none' })],
    ['is null', () => Response.json(null)],
    ['is a list', () => Response.json([es.jwk])],
  ];

  it.each(BAD)('%s: 503 by name while none is known, and good again within 30 s', async (_, bad) => {
    const bench = new Bench(bad);
    const refused = await bench.find(await token());
    expect(refused).toEqual({ code: 'sign_in_unavailable', retryAfterMs: 30_000 });
    bench.served = keySetOf(es);
    await bench.clock.advance(29_000);
    expect(await bench.find(await token())).toEqual({ code: 'sign_in_unavailable', retryAfterMs: 1_000 });
    await bench.clock.advance(1_000);
    expect(await bench.code(token())).toBe('user ana');
    expect(bench.fetched).toHaveLength(2);
    expect(bench.events).toEqual([
      { event: 'key_set_unreadable', setting: 'issuers[0].jwksUrl', tenant: 'acme', reason: expect.any(String) },
    ]);
    expect(JSON.stringify(bench.events)).not.toContain('sign-in.example');
  });

  it.each(BAD)('%s: the last known counts for 24 hours', async (_, bad) => {
    const bench = new Bench();
    await bench.code(token());
    bench.served = bad;
    await bench.clock.advance(86_400_000 - 1);
    expect(await bench.code(token())).toBe('user ana');
    expect(await bench.code(signWith({ ...other, kid: 'es' }, GOOD))).toBe('invalid_token');
    expect(await bench.code(token(other))).toBe('sign_in_unavailable');
    await bench.clock.advance(1);
    expect(await bench.code(token())).toBe('sign_in_unavailable');
  });

  it('does not come: given up after 5 s, also by those who came while it was read', async () => {
    const bench = new Bench('never');
    const asked = [await token(), await token(rs), await token()].map((one) => bench.find(one));
    await bench.clock.advance(4_999);
    expect(bench.fetched).toHaveLength(1);
    await bench.clock.advance(1_000);
    for (const found of await Promise.all(asked)) expect(found).toMatchObject({ code: 'sign_in_unavailable' });
    expect(bench.fetched[0]?.signal?.aborted).toBe(true);
    expect(bench.fetched).toHaveLength(1);
  });

  it('hangs holds up the requests that found it out of date, and no other with a known key', async () => {
    const bench = new Bench();
    const good = await token();
    await bench.code(good);
    bench.served = 'never';
    await bench.clock.advance(600_000);
    const first = bench.find(good);
    await bench.clock.advance(5_000);
    expect(await first).toMatchObject({ user: 'ana' });
    for (let minute = 0; minute < 3; minute++) {
      await bench.clock.advance(30_000);
      // Without advancing the clock: while it is read, and afterwards.
      for (let times = 0; times < 3; times++) expect(await bench.code(good)).toBe('user ana');
      await bench.clock.advance(5_000);
    }
    expect(bench.fetched).toHaveLength(5);
    // A key that was withdrawn meanwhile is not trusted again after an idle hour.
    bench.served = keySetOf(rs);
    await bench.clock.advance(3_600_000);
    expect(await bench.code(good)).toBe('invalid_token');
  });

  it('comes late is read once for all who ask meanwhile, and none of them waits for another’s promise', async () => {
    const bench = new Bench();
    let answer = () => {};
    const came = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { clock, fetched } = bench;
    const fetch = async (_: string, init: RequestInit) => {
      fetched.push(init);
      await came;
      return Response.json(keySetOf(es));
    };
    const store = new TokenStore(SECRETS, [SIGN_IN], { clock, fetch, events: () => {} });
    const good = await token();
    const asked = Array.from({ length: 5 }, () => store.find(good, () => {}));
    await clock.advance(1_000);
    answer();
    expect(await asked[0]).toMatchObject({ value: { user: 'ana' } });
    await clock.advance(1_000);
    for (const found of await Promise.all(asked)) expect(found).toMatchObject({ value: { user: 'ana' } });
    expect(fetched).toHaveLength(1);
  });
});

describe('ten thousand bad tokens', () => {
  const flood = async (bench: Bench, bad: readonly string[]) => {
    for (let times = 0; times < 10_000 / bad.length; times++) for (const one of bad) await bench.find(one);
  };
  const badOnes = async () => [
    await token(other), await token(other, {}, { kid: 'es' }), await token(es, { exp: 1 }), await token(es, { aud: 'x' }),
    await token(es, { iss: 'x' }), `${await token()}A`, 'eyJ.e30.', await token(es, {}, { kid: 'rs' }),
  ]; // biome-ignore format: a list, not a page

  it('read the key set once in 30 s', async () => {
    const bench = new Bench();
    const bad = await badOnes();
    await flood(bench, bad);
    expect(bench.fetched).toHaveLength(1);
    await bench.clock.advance(30_000);
    await flood(bench, bad.slice(0, 1));
    await bench.rest();
    expect(bench.fetched).toHaveLength(2);
  });

  it('do so too where it is down', async () => {
    const bench = new Bench('unreachable');
    await flood(bench, await badOnes());
    expect(bench.fetched).toHaveLength(1);
    expect(bench.events).toHaveLength(1);
  });
});
