import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { callAdmin, refused } from './call-admin.ts';
import './support-feature.ts';

const CHAT = encodeURIComponent('app/chat');
const pin = { deployment: 'b', forSeconds: 60, reason: 'a is slow' };
const fault = { fault: 'errors', traffic: 'drill', forSeconds: 60 };
const priced = { id: 'a', model: 'another-model', price: { input: 1, output: 2 } };
const list = { deployments: [priced], reason: 'cheaper' };
const MONTH_MS = 30 * 86_400_000;

/** Each call that sets something: its path and body. */
const CALLS = [
  { name: 'a pin', path: `pins/${CHAT}`, body: pin as object },
  { name: 'a bypass', path: 'bypass', body: { forSeconds: 60, reason: 'the board is wrong' } },
  {
    name: 'a bypass of one alias',
    path: 'bypass',
    query: `?alias=${CHAT}`,
    body: { alias: 'app/chat', forSeconds: 60, reason: 'x' },
  },
  { name: 'a fault', path: 'faults/a', body: fault },
  { name: 'a safeguard', path: 'safeguards/support', body: { forSeconds: 60, reason: 'a is too dear' } },
  { name: 'a freeze', path: 'freeze', body: { forSeconds: 60, reason: 'an incident' } },
  { name: 'an alias list', path: `aliases/${CHAT}`, body: list },
];

/** Everything that the admin API can set. */
const NOTHING = { pins: {}, bypass: {}, faults: {}, aliases: {}, promotions: {}, safeguards: {}, frozen: null };
const overrides = async () => (await callAdmin('GET', 'overrides')).body;

/** Only what is set is cleared: admin calls are counted. */
beforeEach(async () => {
  const { pins, bypass, faults, aliases, safeguards, frozen } = await overrides();
  const names = (entries: unknown) => Object.keys(entries as object).map(encodeURIComponent);
  for (const alias of names(pins)) await callAdmin('DELETE', `pins/${alias}`);
  for (const alias of names(bypass)) await callAdmin('DELETE', alias === '*' ? 'bypass' : `bypass?alias=${alias}`);
  for (const deployment of names(faults)) await callAdmin('DELETE', `faults/${deployment}`);
  for (const alias of names(aliases)) await callAdmin('DELETE', `aliases/${alias}`);
  for (const feature of names(safeguards)) await callAdmin('DELETE', `safeguards/${feature}`);
  if (frozen !== null) await callAdmin('DELETE', 'freeze');
});

describe('what is set', () => {
  it.each(CALLS)(
    'shows $name with its end, reason, who and version, until it is cleared',
    async ({ path, query = '', body }) => {
      const before = Date.now();
      const set = await callAdmin('PUT', path, body);
      const { knownEverywhereWithinSeconds, ...shown } = set.body;
      expect(set.status).toBe(200);
      expect(knownEverywhereWithinSeconds).toBe(60);
      expect(shown).toMatchObject({ who: 'root', version: expect.any(Number) });
      const { frozen, ...kinds } = await overrides();
      const entry = Object.values(kinds).flatMap((entries) => Object.values((entries ?? {}) as object));
      if (frozen !== null) entry.push(frozen);
      expect(entry).toHaveLength(1);
      expect(shown).toMatchObject(entry[0]);
      if ('forSeconds' in body) {
        expect(entry[0].until).toBeGreaterThanOrEqual(before + 60_000);
        expect(entry[0].until).toBeLessThanOrEqual(Date.now() + 60_000);
      } else expect(entry[0].until).toBeNull();

      const cleared = await callAdmin('DELETE', `${path}${query}`);
      expect(cleared).toMatchObject({ status: 200, body: { cleared: true, knownEverywhereWithinSeconds: 60 } });
      expect(await overrides()).toEqual(NOTHING);
      const again = await callAdmin('DELETE', `${path}${query}`);
      expect(again.body.cleared).toBe(false);
      expect(again.body).not.toHaveProperty('knownEverywhereWithinSeconds');
    },
  );

  it('stands under its alias, its deployment, or the star of all', async () => {
    for (const { path, body } of CALLS) await callAdmin('PUT', path, body);
    const { pins, bypass, faults, aliases } = await overrides();
    expect(pins).toMatchObject({ 'app/chat': { deployment: 'b', reason: 'a is slow' } });
    expect(Object.keys(bypass as object).sort()).toEqual(['*', 'app/chat']);
    expect(faults).toMatchObject({ a: { fault: 'errors', traffic: 'drill', reason: null } });
    expect(aliases).toMatchObject({ 'app/chat': { deployments: [priced], until: null } });
  });

  it('is replaced by a later one, with a higher version', async () => {
    const first = (await callAdmin('PUT', 'faults/a', fault)).body;
    const second = (await callAdmin('PUT', 'faults/a', { ...fault, fault: 'slow', reason: 'again' })).body;
    expect(second.version).toBe(Number(first.version) + 1);
    expect((await overrides()).faults).toMatchObject({ a: { fault: 'slow', reason: 'again' } });
  });

  it('takes an end as a time too', async () => {
    const until = Date.now() + 5_000;
    expect((await callAdmin('PUT', `pins/${CHAT}`, { deployment: 'a', until, reason: 'x' })).body).toMatchObject({
      until,
    });
    expect((await callAdmin('PUT', `aliases/${CHAT}`, { ...list, until })).body).toMatchObject({ until });
    expect((await callAdmin('PUT', `aliases/${CHAT}`, { ...list, forSeconds: 9 })).body.until).toBeGreaterThan(until);
  });

  it('is left out once it has ended, and clearing it changes nothing', async () => {
    const set = await callAdmin('PUT', `pins/${CHAT}`, { ...pin, forSeconds: 0.001 });
    expect(set.body).toMatchObject({ alias: 'app/chat', deployment: 'b', who: 'root', reason: 'a is slow' });
    await expect.poll(overrides).toEqual(NOTHING);
    expect((await callAdmin('DELETE', `pins/${CHAT}`)).body).toEqual({ alias: 'app/chat', cleared: false });
  });

  it('clears only the bypass that is named', async () => {
    await callAdmin('PUT', 'bypass', { forSeconds: 60, reason: 'x' });
    await callAdmin('PUT', 'bypass', { alias: 'app/chat', forSeconds: 60, reason: 'x' });
    expect((await callAdmin('DELETE', 'bypass')).body).toMatchObject({ alias: '*', cleared: true });
    expect(Object.keys((await overrides()).bypass as object)).toEqual(['app/chat']);
  });

  it('shows a pin and a fault as idle where the list in force leaves out their deployment', async () => {
    await callAdmin('PUT', `pins/${CHAT}`, pin);
    await callAdmin('PUT', 'faults/b', fault);
    await callAdmin('PUT', 'faults/a', fault);
    await callAdmin('PUT', `aliases/${CHAT}`, list);
    const { pins, faults } = await overrides();
    expect(pins).toMatchObject({ 'app/chat': { idle: true } });
    expect(faults).toMatchObject({ b: { idle: true } });
    expect((faults as { a: object }).a).not.toHaveProperty('idle');
    expect((await callAdmin('PUT', `pins/${CHAT}`, pin)).body).toMatchObject({ idle: true });
    await callAdmin('DELETE', `aliases/${CHAT}`);
    expect(JSON.stringify(await overrides())).not.toContain('idle');
  });
});

describe('what is set on something that a deploy removed', () => {
  const until = Date.now() + 3_600_000;
  const set = { until, reason: 'before the deploy', who: 'root' };
  const board = () => env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName('board'));

  it('is idle, and can be cleared', async () => {
    await board().setOverride('pins', 'gone', { ...set, deployment: 'a' });
    await board().setOverride('pins', 'app/chat', { ...set, deployment: 'gone' });
    await board().setOverride('bypass', 'gone', set);
    await board().setOverride('faults', 'gone', { ...set, fault: 'errors', traffic: 'all' });
    await board().setOverride('aliases', 'app/chat', { ...set, deployments: [{ id: 'gone', model: 'm' }] });
    await board().setOverride('safeguards', 'gone', set);
    await board().setOverride('safeguards', 'chat', set);
    expect(await overrides()).toMatchObject({
      pins: { gone: { idle: true }, 'app/chat': { idle: true } },
      faults: { gone: { idle: true } },
      aliases: { 'app/chat': { idle: true, leftOut: ['gone'] } },
      safeguards: { gone: { idle: true }, chat: { idle: true } },
    });
    for (const path of [
      'safeguards/gone',
      'safeguards/chat',
      'pins/gone',
      `pins/${CHAT}`,
      'bypass?alias=gone',
      'faults/gone',
      `aliases/${CHAT}`,
    ]) {
      expect([path, (await callAdmin('DELETE', path)).body.cleared]).toEqual([path, true]);
    }
    expect(await overrides()).toEqual(NOTHING);
    expect(await refused(callAdmin('DELETE', 'pins/gone'))).toContain('404 not_found');
  });
});

describe('an end', () => {
  const wrong = (end: () => object): [string, () => object] => [JSON.stringify(end()).slice(0, 60), end];

  it.each(CALLS)('is exactly one of until and forSeconds, for $name', async ({ path, body }) => {
    const { forSeconds: _, ...endless } = { forSeconds: 0, ...body };
    const both = await refused(callAdmin('PUT', path, { ...endless, until: Date.now() + 60_000, forSeconds: 60 }));
    expect(both).toBe('400 invalid_body forSeconds: cannot be combined with until; write one of the two');
    const neither = await callAdmin('PUT', path, endless);
    if (path.startsWith('aliases')) expect(neither.body).toMatchObject({ until: null });
    else expect(neither).toMatchObject({ status: 400, body: { error: { code: 'invalid_body', param: 'until' } } });
  });

  it.each([
    wrong(() => ({ until: 0 })),
    wrong(() => ({ until: Date.now() - 1_000 })),
    wrong(() => ({ until: Date.now() + MONTH_MS + 60_000 })),
    wrong(() => ({ until: Date.now() + 60_000.5 })),
    wrong(() => ({ until: '2026-11-29' })),
    wrong(() => ({ until: null })),
    wrong(() => ({ forSeconds: 0 })),
    wrong(() => ({ forSeconds: -1 })),
    wrong(() => ({ forSeconds: MONTH_MS / 1_000 + 1 })),
    wrong(() => ({ forSeconds: '60' })),
    wrong(() => ({ forSeconds: null })),
  ])('is never %s', async (_, end) => {
    const [param] = Object.keys(end());
    for (const { path, body } of CALLS) {
      const { forSeconds: _, ...endless } = { forSeconds: 0, ...body };
      const reply = await callAdmin('PUT', path, { ...endless, ...end() });
      expect(reply).toMatchObject({ status: 400, body: { error: { code: 'invalid_body', param } } });
    }
    expect(await overrides()).toEqual(NOTHING);
  });

  it('is at most 30 days ahead', async () => {
    expect((await callAdmin('PUT', 'faults/a', { ...fault, forSeconds: MONTH_MS / 1_000 })).status).toBe(200);
  });
});

describe('a call that is refused by name', () => {
  const setting = async (path: string, body: unknown) => refused(callAdmin('PUT', path, body));

  it.each(CALLS)('has a field that $name has not', async ({ path, body }) => {
    const reply = await callAdmin('PUT', path, { ...body, apiBase: 'https://evil.example.com' });
    expect(reply).toMatchObject({ status: 400, body: { error: { code: 'invalid_body', param: 'apiBase' } } });
  });

  it.each(['', 'x'.repeat(201), 'two\nlines', 'a\u0000b', 7, null])('has the reason %j', async (reason) => {
    for (const { path, body } of CALLS) {
      const reply = await callAdmin('PUT', path, { ...body, reason });
      expect(reply).toMatchObject({ status: 400, body: { error: { param: 'reason' } } });
    }
  });

  it('has no reason, unless it is a fault’s', async () => {
    for (const { path, body } of CALLS) {
      const { reason: _, ...without } = { reason: '', ...body };
      const reply = await callAdmin('PUT', path, without);
      expect([path, reply.status]).toEqual([path, path.startsWith('faults') ? 200 : 400]);
      if (reply.status === 400) expect(reply.body.error?.param).toBe('reason');
    }
  });

  it('takes a reason of 200 characters, whatever their script', async () => {
    expect((await callAdmin('PUT', `pins/${CHAT}`, { ...pin, reason: '💡'.repeat(200) })).status).toBe(200);
  });

  it('names an alias or a deployment that config does not have', async () => {
    expect(await setting('pins/nope', pin)).toBe('404 not_found There is no alias "nope"; write app/chat.');
    expect(await setting('pins/app%2Fchatt', pin)).toContain('did you mean "app/chat"?');
    expect(await setting('aliases/nope', list)).toContain('404 not_found There is no alias "nope"');
    expect(await setting('faults/nope', fault)).toBe('404 not_found There is no deployment "nope"; write one of a, b.');
    expect(await setting(`pins/${CHAT}`, { ...pin, deployment: 'nope' })).toMatch(
      /^400 invalid_body deployment: .*write one of a, b/,
    );
    expect(await setting('bypass', { alias: 'nope', forSeconds: 1, reason: 'x' })).toMatch(
      /^400 invalid_body alias: .*app\/chat/,
    );
    expect(await setting('pins/__proto__', pin)).toContain('404 not_found');
    const safeguard = { forSeconds: 60, reason: 'x' };
    expect(await setting('safeguards/chess', safeguard)).toMatch(
      /^404 not_found There is no feature "chess"; write one of/,
    );
    expect(await setting('safeguards/chat', safeguard)).toBe(
      '400 invalid_body feature: has no safeguard that could serve it; write features.chat.safeguard into the config',
    );
    for (const path of [
      'safeguards/nope',
      'safeguards/constructor',
      'pins/nope',
      'aliases/nope',
      'faults/nope',
      'faults/constructor',
    ]) {
      expect(await refused(callAdmin('DELETE', path))).toContain('404 not_found');
    }
    expect(await refused(callAdmin('DELETE', 'bypass?alias=nope'))).toMatch(/^400 invalid_body alias: .*app\/chat/);
    expect(await refused(callAdmin('DELETE', 'bypass?alias='))).toMatch(/^400 invalid_body alias:/);
    expect(await refused(callAdmin('PUT', `bypass?alias=${CHAT}`, { forSeconds: 1, reason: 'x' }))).toBe(
      '400 invalid_body alias: belongs in the body, such as {"alias": "app/chat", …}',
    );
    for (const odd of ['pins/%', 'pins/%FF', 'pins/%ZZ', 'pins/app%252Fchat', 'faults/%00']) {
      expect(await refused(callAdmin('PUT', odd, odd.startsWith('pins') ? pin : fault))).toContain('404 not_found');
    }
    expect(await refused(callAdmin('DELETE', 'bypass?alais=app/chat'))).toMatch(/^400 invalid_body alais:/);
  });

  it.each(['', 'drills', 'tenant:', 'tenant:a b', 'share:0', 'share:1.1', 'share:', 'share:10%', 'ALL', 7])(
    'has a fault for the traffic %j',
    async (traffic) => {
      expect(await setting('faults/a', { ...fault, traffic })).toMatch(/^400 invalid_body traffic: /);
    },
  );

  it.each(['drill', 'tenant:acme', 'share:0.1', 'share:1'])('has not a fault for the traffic %j', async (traffic) => {
    expect((await callAdmin('PUT', 'faults/a', { ...fault, traffic })).body).toMatchObject({ traffic });
  });

  it('has a fault for all without a yes', async () => {
    const all = { ...fault, traffic: 'all' };
    expect(await setting('faults/a', all)).toMatch(/^400 invalid_body yes: /);
    expect(await setting('faults/a', { ...all, yes: false })).toMatch(/^400 invalid_body yes: /);
    expect(await setting('faults/a', { ...all, yes: 'true' })).toMatch(/^400 invalid_body yes: /);
    const set = await callAdmin('PUT', 'faults/a', { ...all, yes: true });
    expect(set.body).toMatchObject({ traffic: 'all' });
    expect(set.body).not.toHaveProperty('yes');
  });

  it('has a kind of fault that there is not', async () => {
    expect(await setting('faults/a', { ...fault, fault: 'fire' })).toMatch(
      /^400 invalid_body fault: write one of revoked-key/,
    );
  });

  it.each([
    ['deployments.0.apiBase', [{ ...priced, apiBase: 'https://evil.example.com' }]],
    ['deployments.0.key', [{ ...priced, key: 'sk-x' }]],
    ['deployments.0.hidesTokens', [{ ...priced, hidesTokens: false }]],
    ['deployments.0.id', [{ ...priced, id: 'c' }]],
    ['deployments.1.id', [priced, priced]],
    ['deployments.0.model', [{ ...priced, model: '' }]],
    ['deployments.0.model', [{ ...priced, model: 'a\nb' }]],
    ['deployments.0.model', [{ id: 'a' }]],
    ['deployments.0.price', [{ id: 'a', model: 'unheard-of' }]],
    ['deployments.0.price.input', [{ ...priced, price: { output: 1 } }]],
    ['deployments.0.price.input', [{ ...priced, price: { input: -1, output: 1 } }]],
    ['deployments.0.price.dollars', [{ ...priced, price: { input: 1, output: 1, dollars: 1 } }]],
    ['deployments.0.price.usdPerRequest', [{ ...priced, model: 'sonar' }]],
    ['deployments.0.order', [{ ...priced, order: 0 }]],
    ['deployments.0.weight', [{ ...priced, weight: 0 }]],
    ['deployments', []],
    ['deployments', {}],
  ])('has %s wrong', async (param, deployments) => {
    const reply = await callAdmin('PUT', `aliases/${CHAT}`, { deployments, reason: 'x' });
    expect(reply).toMatchObject({ status: 400, body: { error: { code: 'invalid_body', param } } });
    expect(await overrides()).toEqual(NOTHING);
  });
});
