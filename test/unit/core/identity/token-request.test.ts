import { describe, expect, it } from 'vitest';
import { type Identity, LOCAL_IDENTITY } from '../../../../worker/core/identity/identity.ts';
import { minterProblem, readTokenRequest } from '../../../../worker/core/identity/token-request.ts';
import { feature } from '../../pipeline/support/router.ts';

const config = { features: new Map([['chat', feature('chat')], ['help', feature('help')]]) }; // biome-ignore format: short
const server: Identity = { ...LOCAL_IDENTITY, tenant: 'acme', browser: false };
const read = (body: unknown, more: Partial<Identity> = {}) => readTokenRequest(body, { ...server, ...more }, config);

describe('what a token is asked for with', () => {
  it.each<[object, object]>([
    [{ user: 'ana' }, { user: 'ana', features: null, ttlSeconds: 900 }],
    [
      { user: 'ana', features: null },
      { user: 'ana', features: null, ttlSeconds: 900 },
    ],
    [
      { user: 'ana', features: ['chat'], ttlSeconds: 1 },
      { user: 'ana', features: ['chat'], ttlSeconds: 1 },
    ],
    [
      { user: 'Jose\u0301', ttlSeconds: 3_600 },
      { user: 'Jos\u00e9', features: null, ttlSeconds: 3_600 },
    ],
  ])('%j', (body, wish) => {
    expect(read(body)).toEqual({ ok: true, value: wish });
  });

  it.each<[unknown, string]>([
    [null, ''],
    [[], ''],
    ['ana', ''],
    [{}, 'user'],
    [{ user: '' }, 'user'],
    [{ user: 7 }, 'user'],
    [{ user: null }, 'user'],
    [{ user: 'a\u0000' }, 'user'],
    [{ user: '\ud800' }, 'user'],
    [{ user: 'a'.repeat(257) }, 'user'],
    [{ user: 'ana', features: [] }, 'features'],
    [{ user: 'ana', features: 'chat' }, 'features'],
    [{ user: 'ana', features: [1] }, 'features.0'],
    [{ user: 'ana', features: Array(101).fill('chat') }, 'features'],
    ...[0, -1, 1.5, 3_601, '900', null, Number.NaN].map((ttlSeconds): [unknown, string] => [{ user: 'ana', ttlSeconds }, 'ttlSeconds']),
    [{ user: 'ana', tenant: 'other' }, 'tenant'],
    [{ user: 'ana', tier: 'gold' }, 'tier'],
    [{ user: 'ana', ttl: 1 }, 'ttl'],
  ])('%j: a named 400', (body, param) => {
    const { error } = read(body) as { error: { code: string; param: string; detail: string } };
    expect(error).toMatchObject({ code: 'invalid_body', param });
    expect(error.detail).not.toBe('');
  }); // biome-ignore format: a list, not a page

  it('never more than its key may do', () => {
    expect(read({ user: 'ana', features: ['chat', 'help'] }, { features: ['chat'] })).toEqual({
      ok: false,
      error: { code: 'feature_not_allowed', feature: 'help', allowed: ['chat'] },
    });
    expect(read({ user: 'ana', features: ['chat'] }, { features: ['chat', 'help'] })).toMatchObject({ value: {} });
    expect(read({ user: 'ana', features: ['nothing'] })).toMatchObject({ error: { code: 'unknown_feature' } });
    expect(read({ user: 'bob' }, { user: 'ana' })).toMatchObject({ error: { code: 'token_not_allowed' } });
    expect(read({ user: 'Jos\u00e9' }, { user: 'Jose\u0301' })).toMatchObject({ value: {} });
    expect(read({ user: 'ana' }, { user: 'ana' })).toMatchObject({ value: { user: 'ana' } });
  });
});

it('only a secret key that no page sends makes one', () => {
  expect(minterProblem(server, false)).toBeUndefined();
  for (const [kind, hasOrigin] of [['secret', true], ['publishable', true], ['publishable', false], ['token', false]] as const) {
    expect(minterProblem({ ...server, kind, browser: true }, hasOrigin)).toMatchObject({ code: 'token_not_allowed' });
  } // biome-ignore format: short
});
