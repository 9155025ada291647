/** What the demo's calls do, inside workerd. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Composition, compose } from '../../worker/deps.ts';
import { callAdmin } from './call-admin.ts';
import { appWith, ask, claimsOf, DEPLOYED, PERSON, tokenOf } from './demo-harness.ts';

const plugs = async () =>
  (await ask('GET', '/demo/settings', { origin: '' })).json.providers as { deployment: string; plugged: boolean }[];
const pluggedIn = async () => (await plugs()).filter(({ plugged }) => plugged).map(({ deployment }) => deployment);

beforeEach(async () => {
  for (const id of ['a', 'b']) await callAdmin('DELETE', `faults/${id}`);
});

describe('GET /demo/settings', () => {
  it('says locally that nobody signs in, and which providers there are to unplug', async () => {
    const { status, json, headers } = await ask('GET', '/demo/settings', { origin: '' });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toEqual({
      signIn: 'local',
      providers: [
        { deployment: 'a', name: 'A', model: expect.any(String), order: 1, plugged: true },
        { deployment: 'b', name: 'B', model: expect.any(String), order: 2, plugged: true },
      ],
    });
  });

  it('keeps each name where an operator’s list leaves out or turns round', async () => {
    const chat = encodeURIComponent('app/chat');
    const price = { input: 1, output: 2 };
    const deployments = [{ id: 'b', model: 'another', price, order: 1 }];
    await callAdmin('PUT', `aliases/${chat}`, { deployments, reason: 'x', forSeconds: 60 });
    expect(await plugs()).toEqual([{ deployment: 'b', name: 'B', model: 'another', order: 1, plugged: true }]);
    await callAdmin('DELETE', `aliases/${chat}`);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('is read only: %s', async (method) => {
    const { code, headers } = await ask(method, '/demo/settings');
    expect([code, headers.get('allow')]).toEqual(['405 method_not_allowed', 'GET']);
  });
});

describe('POST /demo/token', () => {
  it('signs a person in for an hour, always as the same user', async () => {
    const before = Date.now();
    const { status, json, headers } = await ask('POST', '/demo/token', { body: { person: PERSON } });
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(Object.keys(json)).toEqual(['token', 'expiresAt']);
    expect(json.expiresAt).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(json.expiresAt).toBeLessThanOrEqual(Date.now() + 3_600_000);
    const { tenant, key, sub } = claimsOf(String(json.token));
    expect({ tenant, key, sub }).toEqual({
      tenant: 'local',
      key: 'local',
      sub: expect.stringMatching(/^demo-[0-9a-f]{16}$/),
    });
    expect(claimsOf(await tokenOf(PERSON)).sub).toBe(sub);
    expect((await ask('GET', '/v1/models', { token: String(json.token) })).code).toBe('200 ok');
  });

  it('takes no two persons for one, nor those who do not say', async () => {
    const persons = [PERSON, `${PERSON} `.trim().toUpperCase(), `${PERSON}0`, PERSON.slice(1), '~'.repeat(128)];
    const tokens = await Promise.all([...persons.map(tokenOf), tokenOf(), tokenOf()]);
    expect(new Set(tokens.map((token) => claimsOf(token).sub)).size).toBe(persons.length + 2);
    expect((await ask('POST', '/demo/token', { body: {} })).status).toBe(201);
  });

  it.each<[string, unknown, string, string | null]>([
    ['no JSON', 'person', '400 invalid_json', null],
    ['a list', [], '400 invalid_body', null],
    ['a number', '7', '400 invalid_body', null],
    ['a short person', { person: 'x'.repeat(19) }, '400 invalid_body', 'person'],
    ['a long person', { person: 'x'.repeat(129) }, '400 invalid_body', 'person'],
    ['a space within', { person: `${PERSON} ${PERSON}` }, '400 invalid_body', 'person'],
    ['an umlaut', { person: `${PERSON}ä` }, '400 invalid_body', 'person'],
    ['a number for a person', { person: 12 }, '400 invalid_body', 'person'],
    ['no person', { person: null }, '400 invalid_body', 'person'],
    ['a user', { user: 'ana' }, '400 invalid_body', 'user'],
    ['a tenant', { person: PERSON, tenant: 'acme' }, '400 invalid_body', 'tenant'],
    ['a body that is too large', { person: 'x'.repeat(5_000) }, '413 payload_too_large', null],
  ])('refuses %s by name', async (_, body, code, param) => {
    const reply = await ask('POST', '/demo/token', { body });
    expect(reply.code).toBe(code);
    if (param !== null) expect(reply.json.error?.param).toBe(param);
  });
});

describe('PUT /demo/limits', () => {
  it('gives the person who asks one cent a day, and config’s limit again', async () => {
    const token = await tokenOf(PERSON);
    const user = claimsOf(token).sub;
    const limitOf = async (scope: string) => {
      const { body } = await callAdmin('GET', `ledger/local?scope=${encodeURIComponent(scope)}`);
      return (body.scopes as { period: string; capMicroUsd: number }[]).find(({ period }) => period.length > 7);
    };
    const one = await ask('PUT', '/demo/limits', { token, body: { dailyUsd: 0.01 } });
    expect([one.status, one.text]).toEqual([200, '{"dailyUsd":0.01}']);
    expect((await limitOf(`user:${user}`))?.capMicroUsd).toBe(10_000);
    const asked = await ask('POST', '/ai', { token, body: { prompt: 'hi' } });
    expect(asked.code).toBe('429 budget_exceeded');
    const other = await ask('PUT', '/demo/limits', { token, body: { dailyUsd: null } });
    expect([other.status, other.text]).toEqual([200, '{"dailyUsd":null}']);
    expect((await limitOf(`user:${user}`))?.capMicroUsd ?? null).toBeNull();
    const { body } = await callAdmin('GET', 'audit?most=1');
    expect(body.entries).toMatchObject([
      { who: 'demo', call: 'PUT /demo/limits', what: `limits of local, user:${user}` },
    ]);
  });

  it('touches nobody else', async () => {
    const [token, other] = [await tokenOf(PERSON), await tokenOf()];
    await ask('PUT', '/demo/limits', { token, body: { dailyUsd: 0.01 } });
    expect((await ask('PUT', '/demo/limits', { token: other, body: { dailyUsd: null } })).text).toBe(
      '{"dailyUsd":null}',
    );
    const asked = await ask('POST', '/ai', { token, body: { prompt: 'hi' } });
    expect(asked.code).toBe('429 budget_exceeded');
    await ask('PUT', '/demo/limits', { token, body: { dailyUsd: null } });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, '400 invalid_json'],
    ['no JSON', 'null!', '400 invalid_json'],
    ['null', 'null', '400 invalid_body'],
    ['no limit', {}, '400 invalid_body'],
    ['more than a cent', { dailyUsd: 0.02 }, '400 invalid_body'],
    ['nothing at all to spend', { dailyUsd: 0 }, '400 invalid_body'],
    ['a text', { dailyUsd: '0.01' }, '400 invalid_body'],
    ['another limit', { dailyUsd: 0.01, monthlyUsd: 1 }, '400 invalid_body'],
    ['another scope', { dailyUsd: 0.01, scope: 'tenant' }, '400 invalid_body'],
    ['too much', { dailyUsd: 0.01, x: 'x'.repeat(5_000) }, '413 payload_too_large'],
  ])('refuses %s by name', async (_, body, code) => {
    const token = await tokenOf(PERSON);
    expect((await ask('PUT', '/demo/limits', { token, body })).code).toBe(code);
  });
});

describe('/demo/faults/:deployment', () => {
  it('unplugs a provider for all, for an hour at most', async () => {
    const token = await tokenOf(PERSON);
    const before = Date.now();
    const unplugged = await ask('PUT', '/demo/faults/a', { token });
    expect([unplugged.status, unplugged.text]).toEqual([200, '{"deployment":"a","plugged":false}']);
    expect(await pluggedIn()).toEqual(['b']);
    const { faults } = (await callAdmin('GET', 'overrides')).body as { faults: Record<string, { until: number }> };
    expect(faults).toMatchObject({ a: { fault: 'errors', traffic: 'all', who: 'demo', reason: null } });
    expect(faults.a?.until).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(faults.a?.until).toBeLessThanOrEqual(Date.now() + 3_600_000);
    vi.setSystemTime(Date.now() + 3_600_001);
    expect(await pluggedIn()).toEqual(['a', 'b']);
    vi.useRealTimers();
    const pluggedAgain = await ask('DELETE', '/demo/faults/a', { token });
    expect([pluggedAgain.status, pluggedAgain.text]).toEqual([200, '{"deployment":"a","plugged":true}']);
    expect(await pluggedIn()).toEqual(['a', 'b']);
  });

  it('ends the cooldown with the fault, in one row of the log', async () => {
    const { config } = compose(env);
    const [a] = config.aliases.get('app/chat')?.deployments ?? [];
    const board = env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName('board'));
    const token = await tokenOf(PERSON);
    await ask('PUT', '/demo/faults/a', { token });
    const outcomes = [{ startedAt: Date.now(), result: 'bad_key', user: null } as const];
    await board.report([{ deployment: a?.healthId ?? '', outcomes }], { allowedFails: 3, cooldownMs: 10_000 });
    const cooldowns = async () => (await callAdmin('GET', 'cooldowns')).body.cooldowns;
    expect(await cooldowns()).toMatchObject([{ deployment: 'a' }]);
    await ask('DELETE', '/demo/faults/a', { token });
    expect(await cooldowns()).toEqual([]);
    const { entries } = (await callAdmin('GET', 'audit?most=1')).body;
    expect(entries).toMatchObject([
      {
        who: 'demo',
        call: 'DELETE /demo/faults/a',
        what: 'plug in a',
        from: { fault: { fault: 'errors' }, cooldown: { cooldown: { cause: 'bad_key' } } },
        to: { fault: null },
      },
    ]);
  });

  it('is true after an operator has set or ended a fault, and of faults for all alone', async () => {
    const token = await tokenOf(PERSON);
    await ask('PUT', '/demo/faults/a', { token });
    await callAdmin('DELETE', 'faults/a');
    expect(await pluggedIn()).toEqual(['a', 'b']);
    await callAdmin('PUT', 'faults/b', { fault: 'slow', traffic: 'all', yes: true, forSeconds: 60 });
    await callAdmin('PUT', 'faults/a', { fault: 'errors', traffic: 'drill', forSeconds: 60 });
    expect(await pluggedIn()).toEqual(['a']);
    await ask('DELETE', '/demo/faults/b', { token });
    expect(await pluggedIn()).toEqual(['a', 'b']);
  });

  it('plugs in what is plugged in, and unplugs twice', async () => {
    const token = await tokenOf(PERSON);
    expect((await ask('DELETE', '/demo/faults/b', { token })).text).toBe('{"deployment":"b","plugged":true}');
    for (const _ of [1, 2]) expect((await ask('PUT', '/demo/faults/b', { token })).json.plugged).toBe(false);
    expect(await pluggedIn()).toEqual(['a']);
  });

  it.each(['c', 'A', '__proto__', 'a%2Fb', 'toString'])(
    'names those there are to a caller who asks for %s',
    async (id) => {
      for (const method of ['PUT', 'DELETE']) {
        const { code, json } = await ask(method, `/demo/faults/${id}`, { token: await tokenOf(PERSON) });
        expect([code, json.error?.message]).toEqual([
          '404 not_found',
          expect.stringMatching(/There is no deployment .*a, b/),
        ]);
      }
    },
  );
});

describe('a deployed demo', () => {
  const key = `pk-${'a'.repeat(40)}`;
  const told = async (demo: Composition['config']['demo'], variables: Record<string, unknown> = DEPLOYED) => {
    const through = appWith((all) => ({ ...all, config: { ...all.config, demo } }), variables);
    const reply = await ask('GET', '/demo/settings', { host: 'router.example', origin: '', through });
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-store']);
    return reply.json;
  };

  it('says how people sign in, and asks neither KV nor an object', async () => {
    const touched: string[] = [];
    const watched = (name: string, value: object): object =>
      new Proxy(value, {
        get(target, property) {
          touched.push(`${name}.${String(property)}`);
          const found = Reflect.get(target, property);
          return typeof found === 'function' ? found.bind(target) : found;
        },
      });
    const bindings = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        typeof value === 'object' && value !== null ? watched(name, value) : value,
      ]),
    );
    const demo = { signIn: 'publishable', key } as const;
    expect(await told(demo, { ...bindings, ...DEPLOYED })).toEqual(demo);
    expect(touched).toEqual([]);
    const token = { signIn: 'token', tokenUrl: 'https://app.example/token' } as const;
    expect(await told(token)).toEqual(token);
    expect(await told({ signIn: 'off', because: 'no_key' })).toEqual({ signIn: 'off', because: 'no_key' });
  });

  it('names what is missing as the 503 does', async () => {
    const variables = { ...DEPLOYED, KEY_SECRET: undefined, PROVIDER_A_MODEL: undefined };
    expect(await told({ signIn: 'publishable', key }, variables)).toEqual({
      signIn: 'off',
      because: 'not_configured',
      missing: ['KEY_SECRET', 'PROVIDER_A_MODEL'],
    });
  });
});
