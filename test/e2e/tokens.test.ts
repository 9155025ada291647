/** User tokens over HTTP, in plain workerd: the router's own, and those of a sign-in whose key set a test serves. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { COUNTS_PATH, type Counted } from '../../bench/counting/counters.ts';
import type { ConfigInput } from '../../worker/core/config/schema.ts';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import { startBench } from '../support/bench.ts';
import { startKeySetServer } from '../support/key-set-server.ts';
import { CHAT, chatBody, type Sent, said, send } from '../support/send.ts';
import { keySetOf, makeKey, type SignInKey, signWith } from '../support/sign-in.ts';
import { until } from '../support/until.ts';

const TOKEN_SECRET = 'signs-tokens-of-this-test-alone';
const [key, next, rsa, ed] = await Promise.all([makeKey('one'), makeKey('two'), makeKey('rsa', 'RS256'), makeKey('ed', 'EdDSA')]); // biome-ignore format: short
const SIGN_INS = ['good', 'rotating', 'back', 'down', 'slow', 'huge', 'redirect', 'late', 'ended', 'flooded'] as const;
type SignInName = (typeof SIGN_INS)[number];
const keySets = await startKeySetServer({
  '/good': keySetOf(key, rsa, ed),
  '/rotating': keySetOf(key),
  '/flooded': keySetOf(key),
  '/ended': keySetOf(key),
  '/back': 'down',
  '/slow': 'never',
  '/huge': 'huge',
  '/redirect': 'redirect',
});
const config: ConfigInput = {
  aliases: { 'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
  features: { chat: { resume: true }, internal: {} },
  defaultFeature: 'chat',
  origins: ['https://app.example'],
  issuers: SIGN_INS.map((name) => ({
    issuer: `https://${name}.example/`,
    jwksUrl: `${keySets.url}/${name}`,
    audience: 'router',
    tenant: 'acme',
    features: ['chat'],
  })),
};
const directory = await mkdtemp(join(tmpdir(), 'carryon-tokens-'));
const configPath = join(directory, 'config.ts');
await writeFile(configPath, `export default ${JSON.stringify(config)};`);
const bench = await startBench({ configPath, isCounted: true, variables: { TOKEN_SECRET } });
afterAll(async () => {
  await Promise.all([bench.stop(), keySets.close(), rm(directory, { recursive: true })]);
});
beforeEach(() => bench.sandbox.reset());

const admin = (method: string, path: string, body?: object) =>
  send(bench.url, `/admin/${path}`, { method, key: LOCAL_ADMIN_KEY, ...(body && { body }) });
const createKey = async (more: object = {}) => {
  const { json } = await admin('POST', 'keys', { tenant: 'acme', ...more });
  return { id: String(json.id), key: String(json.key) };
};
const mint = (body: object, secretKey: string, headers = {}) =>
  send(bench.url, '/v1/tokens', { key: secretKey, body, headers });
const minted = async (body: object, secretKey: string) => {
  const { status, json } = await mint(body, secretKey);
  expect(status).toBe(201);
  return String(json.token);
};
const chat = (token: string, more: object = {}, headers: Record<string, string> = {}) =>
  send(bench.url, CHAT, { key: token, headers, body: chatBody(more) });
const get = (path: string, token: string) => send(bench.url, path, { method: 'GET', key: token });
const code = ({ status, json }: Sent) => `${status} ${json.error?.code ?? 'answered'}`;
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;
const signed = (by: SignInKey, name: SignInName, more: object = {}, header: object = {}) =>
  signWith(by, { iss: `https://${name}.example/`, aud: 'router', sub: 'ana', exp: inSeconds(900), ...more }, header);
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** With lengths that no signature has, and one of zeros alone. */
function withOddSignatures(token: string): string[] {
  const bare = token.slice(0, token.lastIndexOf('.') + 1);
  const bytes = Buffer.from(token.slice(bare.length), 'base64url');
  const halves = [bytes.subarray(0, bytes.length / 2), bytes.subarray(1), bytes.subarray(0, 1)];
  const odd = [...halves, Buffer.alloc(0), Buffer.alloc(bytes.length), Buffer.concat([bytes, bytes])];
  return odd.map((signature) => bare + signature.toString('base64url'));
}

describe('a token of the router', () => {
  test('asks as its user: what a server asked in that name is its own, and nobody else’s', async () => {
    const server = await createKey();
    const [ana, bob] = [await minted({ user: 'ana' }, server.key), await minted({ user: 'bob' }, server.key)];
    const once = { 'idempotency-key': 'tokens-ana-1' };
    const asked = await chat(server.key, {}, { ...once, 'x-carryon-user': 'ana' });
    expect(code(asked)).toBe('200 answered');
    const again = await chat(ana, {}, once);
    expect(again.headers['x-carryon-replayed']).toBe('1');
    expect(again.json.choices).toEqual(asked.json.choices);
    const others = await chat(bob, {}, once);
    expect(others.headers).not.toHaveProperty('x-carryon-replayed');
    expect(bench.sandbox.counts()[bench.a].requests).toBe(2);
    expect(code(await chat(ana, { user: 'bob' }))).toBe('403 user_not_allowed');
    expect(code(await chat(ana, { user: 'ana' }))).toBe('200 answered');
  });

  test('comes from pages that config names, preflight included, or from no page', async () => {
    const token = await minted({ user: 'ana' }, (await createKey()).key);
    const origin = 'https://app.example';
    const allowed = await chat(token, {}, { origin });
    expect(code(allowed)).toBe('200 answered');
    expect(allowed.headers['access-control-allow-origin']).toBe(origin);
    expect(code(await chat(token, {}, { origin: 'https://evil.example' }))).toBe('403 origin_not_allowed');
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const preflight = await send(bench.url, '/v1/tokens', { method: 'OPTIONS', key: null, headers });
    expect(preflight.status).toBe(204);
  });

  test('of a key that was revoked gets nothing new; what is kept it may still read', async () => {
    const { id, key: secretKey } = await createKey();
    const token = await minted({ user: 'ida' }, secretKey);
    const once = { 'idempotency-key': 'tokens-ida-1', 'x-carryon-resume': '1' };
    const kept = await chat(token, { stream: true }, once);
    expect(kept.text).toContain('[DONE]');
    expect((await admin('DELETE', `keys/${id}`)).json).toMatchObject({ ledgerTold: true });
    await until('slices that were out have run out', async () => code(await chat(token)) === '403 access_revoked');
    const calls = bench.sandbox.counts()[bench.a].requests;
    expect(code(await chat(token, { stream: true }))).toBe('403 access_revoked');
    expect(bench.sandbox.counts()[bench.a].requests).toBe(calls);
    const rest = await get(`/ai/streams/${kept.headers['x-carryon-stream-id']}`, token);
    expect(rest.text).toContain('[DONE]');
    expect(code(await get('/v1/models', token))).toBe('200 answered');
    expect(code(await get('/ai/features', token))).toBe('200 answered');
    expect(code(await mint({ user: 'ida' }, secretKey))).toBe('401 invalid_key');
  });

  test('is refused by name', async () => {
    const { id, key: secretKey } = await createKey({ features: ['chat'] });
    const good = { iss: 'carryon', aud: 'carryon', sub: 'ana', tenant: 'acme', key: id, exp: inSeconds(900) };
    const own = (more: object = {}, secret = TOKEN_SECRET) =>
      new SignJWT({ ...good, ...more }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
    expect(code(await chat(await own()))).toBe('200 answered');
    const refused: [string, string][] = [
      [await own({}, 'guessed'), '401 invalid_token'],
      [await own({ exp: inSeconds(-1) }), '401 token_expired'],
      [await own({ iss: 'other' }), '401 invalid_token'],
      [await own({ aud: 'other' }), '401 invalid_token'],
      [`${part({ alg: 'none' })}.${part(good)}.`, '401 invalid_token'],
      [`${(await own()).slice(0, -2)}`, '401 invalid_token'],
      [await own({ more: 'x'.repeat(20_000) }), '401 invalid_token'],
    ];
    for (const [token, expected] of refused) expect(code(await chat(token))).toBe(expected);
    for (const forged of withOddSignatures(await own())) expect(code(await chat(forged))).toBe('401 invalid_token');
    const minted = String((await mint({ user: 'ana' }, secretKey)).json.token);
    expect(code(await chat(minted, {}, { 'x-carryon-feature': 'internal' }))).toBe('403 feature_not_allowed');
    expect(code(await mint({ user: 'ana', features: ['internal'] }, secretKey))).toBe('403 feature_not_allowed');
    expect(code(await mint({ user: 'ana' }, minted))).toBe('403 token_not_allowed');
  });

  test('ends when it said it would', async () => {
    const { json } = await mint({ user: 'ana', ttlSeconds: 1 }, (await createKey()).key);
    expect(json.expiresAt).toBeGreaterThan(Date.now());
    const ended = await until('it has ended', async () => {
      const got = await get('/v1/models', String(json.token));
      return got.status === 200 ? undefined : got;
    });
    expect(code(ended)).toBe('401 token_expired');
    expect(Date.now()).toBeGreaterThanOrEqual(Number(json.expiresAt));
  });
});

describe('a token of a sign-in', () => {
  test('by each algorithm is its user', async () => {
    for (const by of [key, rsa, ed]) {
      const got = await chat(await signed(by, 'good'));
      expect(code(got)).toBe('200 answered');
    }
    const { json } = await admin('GET', 'ledger/acme');
    expect(JSON.stringify(json)).toContain('user:ana');
  });

  test('is refused by name', async () => {
    const refused: [string, string][] = [
      [await signed({ ...next, kid: 'one' }, 'good'), '401 invalid_token'],
      [await signed(next, 'good'), '401 invalid_token'],
      [await signed(key, 'good', { exp: inSeconds(-60) }), '401 token_expired'],
      [await signed(key, 'good', { exp: undefined }), '401 invalid_token'],
      [await signed(key, 'good', { aud: 'other' }), '401 invalid_token'],
      [await signed(key, 'good', { iss: 'https://evil.example/' }), '401 invalid_token'],
      [await signed(key, 'good', { iss: 'carryon', aud: 'carryon' }), '401 invalid_token'],
      [await signed(key, 'good', { sub: '' }), '401 invalid_token'],
      [await signed(key, 'good', { nbf: inSeconds(600) }), '401 invalid_token'],
      [`${part({ alg: 'none', kid: 'one' })}.${part({ iss: 'https://good.example/', aud: 'router', sub: 'ana', exp: inSeconds(900) })}.`, '401 invalid_token'],
    ]; // biome-ignore format: a list, not a page
    for (const [token, expected] of refused) expect(code(await chat(token))).toBe(expected);
    for (const by of [key, rsa, ed]) {
      for (const forged of withOddSignatures(await signed(by, 'good'))) {
        expect(code(await chat(forged))).toBe('401 invalid_token');
      }
    }
    const claims = { tenant: 'bigco', features: ['internal'], tier: 'gold', key: 'local' };
    const greedy = await signed(key, 'good', claims);
    expect(code(await chat(greedy, {}, { 'x-carryon-feature': 'internal' }))).toBe('403 feature_not_allowed');
    expect(code(await chat(greedy, { user: 'bob' }))).toBe('403 user_not_allowed');
    expect(code(await mint({ user: 'bob' }, greedy))).toBe('403 token_not_allowed');
  });

  test.each(['down', 'slow', 'huge', 'redirect'] as const)('whose key set is %s: 503 by name', async (name) => {
    const asked = keySets.asked['/good'];
    const got = await chat(await signed(key, name));
    expect(code(got)).toBe('503 sign_in_unavailable');
    expect(Number(got.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(got.headers['retry-after'])).toBeLessThanOrEqual(30);
    expect(keySets.asked['/good']).toBe(asked);
    expect(bench.log.join()).toContain('key_set_unreadable');
  });

  test('ends for everybody who signs in there when its scope is revoked', async () => {
    const token = await signed(key, 'ended', { sub: 'eve' });
    expect(code(await chat(token))).toBe('200 answered');
    const scope = 'key:issuer:https://ended.example/';
    const revoked = await admin('POST', 'ledger/acme/revocations', { scope, revoked: true });
    expect(revoked.status).toBe(200);
    await until('slices that were out have run out', async () => code(await chat(token)) === '403 access_revoked');
    const other = await signed(key, 'ended', { sub: 'ian' });
    expect(code(await chat(other))).toBe('403 access_revoked');
    expect(code(await chat(await signed(key, 'good', { sub: 'eve' })))).toBe('200 answered');
  });

  test('whose key set comes late: it is read once for all who ask meanwhile, also where the first has left', async () => {
    let come = () => {};
    const after = new Promise<void>((resolve) => {
      come = resolve;
    });
    keySets.behaviours['/late'] = { after, keySet: keySetOf(key) };
    const token = await signed(key, 'late');
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${token}` };
    const left = fetch(`${bench.url}/v1/models`, { headers, signal: leaving.signal }).catch(() => 'left');
    await until('its key set is asked for', () => keySets.asked['/late'] === 1);
    const others = Array.from({ length: 10 }, () => get('/v1/models', token));
    leaving.abort();
    expect(await left).toBe('left');
    come();
    for (const got of await Promise.all(others)) expect(code(got)).toBe('200 answered');
    expect(keySets.asked['/late']).toBe(1);
  });

  test('a key set that was changed, and one that is back, are taken within 30 s', async () => {
    expect(code(await chat(await signed(key, 'rotating')))).toBe('200 answered');
    expect(code(await chat(await signed(key, 'back')))).toBe('503 sign_in_unavailable');
    keySets.behaviours['/rotating'] = keySetOf(next);
    keySets.behaviours['/back'] = keySetOf(key);
    expect(code(await chat(await signed(next, 'rotating')))).toBe('401 invalid_token');
    const changedAt = Date.now();
    await until('both are taken', async () => {
      const got = [
        await get('/v1/models', await signed(next, 'rotating')),
        await get('/v1/models', await signed(key, 'back')),
      ];
      return got.every(({ status }) => status === 200);
    });
    expect(Date.now() - changedAt).toBeLessThan(40_000);
    expect(code(await chat(await signed(key, 'rotating')))).toBe('401 invalid_token');
    expect([keySets.asked['/rotating'], keySets.asked['/back']]).toEqual([2, 2]);
  });
});

test('ten thousand bad credentials cost no KV read, no key set, and no object but a batch of records a second', async () => {
  // Earlier tests' settlements have arrived by now: the test before took half a minute.
  const { counts: before } = (await get(COUNTS_PATH, '')).json as unknown as Counted;
  const bad = [
    'x', 'sk-junk', `sk-${'a'.repeat(40)}`, 'eyJ', 'eyJ.eyJ.', `${part({ alg: 'none' })}.${part({ iss: 'carryon' })}.`,
    await signed({ ...next, kid: 'one' }, 'flooded'), await signed(next, 'flooded'),
    await signed(key, 'flooded', { exp: 1 }), await signed(key, 'flooded', { iss: 'x' }),
  ]; // biome-ignore format: a list, not a page
  const began = Date.now();
  const agent = new Agent({ keepAlive: true });
  const refused: Record<string, number> = {};
  const asking = Array.from({ length: 20 }, async (_, turn) => {
    for (let one = turn; one < 10_000; one += 20) {
      const got = await send(bench.url, CHAT, { key: bad[one % bad.length] ?? '', body: chatBody(), agent });
      refused[code(got)] = (refused[code(got)] ?? 0) + 1;
    }
  });
  await Promise.all(asking);
  agent.destroy();
  expect(refused).toEqual({ '401 invalid_key': 4_000, '401 invalid_token': 5_000, '401 token_expired': 1_000 });
  const { counts } = (await get(COUNTS_PATH, '')).json as unknown as Counted;
  expect(counts.kvReads).toBe(before.kvReads);
  const batches = (counts['objectCalls.record'] ?? 0) - (before['objectCalls.record'] ?? 0);
  // The book looks at the promises once a minute, however many ask. It may have something to tell, or a policy's order to carry out, which
  // begins and finishes a row of the audit.
  const minutes = 1 + Math.ceil((Date.now() - began) / 60_000);
  const isOfTheWatch = (name: string, calls: number) =>
    /\.(?:notify|overrides|carryOut|begin|finish)$/.test(name) && calls <= minutes;
  const asked = Object.keys(counts).filter((name) => {
    const calls = (counts[name] ?? 0) - (before[name] ?? 0);
    return /^objectCalls\./.test(name) && calls > 0 && !isOfTheWatch(name, calls);
  });
  expect(asked).toEqual(['objectCalls.record']);
  // A batch has 200 records at most, and goes out no sooner than a second after the one before where it has fewer.
  expect(batches).toBeLessThanOrEqual(2 + (Date.now() - began) / 1_000 + 10_000 / 200);
  const reads = keySets.asked['/flooded'] ?? 0;
  expect(reads).toBeGreaterThan(0);
  expect(reads).toBeLessThanOrEqual(1 + Math.floor((Date.now() - began) / 30_000));
  expect(counts.fetches).toBe((before.fetches ?? 0) + reads);
});

test('no answer and no log line holds a token or its secret', () => {
  const all = [...said, ...bench.log].join('\n').replaceAll(/"token":"[^"]+"/g, '');
  expect(all).not.toContain(TOKEN_SECRET);
  expect(all).not.toMatch(/eyJ[\w-]+\.eyJ/);
  expect(all).not.toContain(new URL(keySets.url).host);
});
