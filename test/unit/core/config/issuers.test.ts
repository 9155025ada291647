/** The `issuers` setting: a team's own sign-ins. */
import { describe, expect, it } from 'vitest';
import { checkConfig, problemText } from '../../../../worker/core/config/check.ts';
import { contradictions } from '../../../../worker/core/config/contradictions.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import type { ConfigInput } from '../../../../worker/core/config/schema.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const least = {
  issuer: 'https://team.example/',
  jwksUrl: 'https://team.example/jwks',
  audience: 'router',
  tenant: 'acme',
};
const inputOf = (issuers: object[]) =>
  ({
    aliases: { chat: { deployments: [{ id: 'a', provider: 'openai', model: 'gpt', price: { input: 1, output: 1 } }] } },
    features: { chat: {} },
    defaultFeature: 'chat',
    issuers,
  }) as ConfigInput;

function problems(...issuers: object[]): string[] {
  const checked = checkConfig(inputOf(issuers), PRESETS);
  return checked.ok ? [] : checked.error.map(problemText);
}

function resolved(more: object, variables: Record<string, string>) {
  const input = inputOf([{ ...least, ...more }]);
  const checked = checkConfig(input, PRESETS);
  if (!checked.ok) throw new Error(checked.error.map(problemText).join('\n'));
  return {
    ...resolveConfig(checked.value, variables, PRESETS),
    warnings: contradictions(checked.value, input, PRESETS),
  };
}

describe('an issuer', () => {
  it.each([
    ['drill', 'reserved for drills'],
    ['carryon-judge', 'reserved for the judge'],
  ])('is of no tenant that the router keeps for itself: %s', (tenant, why) => {
    expect(problems({ ...least, tenant }).join()).toContain(why);
  });

  it('needs four settings, and has all features and algorithms', () => {
    const { config, missing, warnings } = resolved({}, { OPENAI_API_KEY: 'k' });
    const all = { userClaim: 'sub', features: null, algorithms: ['RS256', 'ES256', 'EdDSA'] };
    expect(config.issuers).toEqual([{ ...least, ...all }]);
    expect([missing, warnings]).toEqual([[], []]);
  });

  it.each<[string, unknown, string]>([
    ['issuer', undefined, 'is missing; write a string in quotes'],
    ['issuer', '', 'write the issuer as its tokens name it'],
    ['issuer', 'a\n', 'write the issuer as its tokens name it'],
    ['issuer', 'carryon', `"carryon" is the issuer of the router's own tokens`],
    ['jwksUrl', undefined, 'is missing; write a string in quotes'],
    ['jwksUrl', 'TEAM_JWKS_URL', 'write the https:// address of its JWKS'],
    ['jwksUrl', 'http://team.example/jwks', 'write the https:// address of its JWKS'],
    ['jwksUrl', 'http://localhost.evil.example/jwks', 'write the https:// address of its JWKS'],
    ['jwksUrl', 'https://user:word@team.example/jwks', 'write the https:// address of its JWKS'],
    ['jwksUrl', 'https://team.example/jwks#1', 'write the https:// address of its JWKS'],
    ['jwksUrl', 'file:///jwks', 'write the https:// address of its JWKS'],
    ['audience', undefined, 'is missing; write a string in quotes'],
    ['audience', ['a'], 'write a string in quotes'],
    ['tenant', undefined, 'is missing; write a string in quotes'],
    ['tenant', 'a/b', 'use letters, digits'],
    ['userClaim', '', 'write the claim that names the user'],
    ['features', [], 'name a feature, or leave it out for all'],
    ['features', ['nothing'], '"nothing" is not one of features: chat'],
    ['algorithms', [], 'name an algorithm, or leave it out for all three'],
    ['algorithms', ['HS256'], 'write "RS256", "ES256", "EdDSA"'],
    ['algorithms', ['none'], 'write "RS256", "ES256", "EdDSA"'],
    ['claim', 'sub', 'is not a setting'],
  ])('whose %s is %j is refused', (setting, value, message) => {
    const found = problems({ ...least, [setting]: value });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`issuers[0].${setting}`);
    expect(found[0]).toContain(message);
  });

  it('that shares its tenant with another sign-in is warned of, since their users are the same', () => {
    const warned = (...issuers: object[]) => {
      const checked = checkConfig(inputOf(issuers), PRESETS);
      if (!checked.ok) throw new Error('the config is wrong');
      return contradictions(checked.value, inputOf(issuers), PRESETS).map(problemText);
    };
    expect(warned(least, { ...least, issuer: 'other' })).toEqual([
      expect.stringContaining('issuers[1].tenant: is also the tenant of issuers[0]'),
    ]);
    expect(warned(least, { ...least, audience: 'other' })).toEqual([]);
    expect(warned(least, { ...least, issuer: 'other', tenant: 'other' })).toEqual([]);
  });

  it('differs from the others in name or audience', () => {
    expect(problems(least, { ...least, audience: 'other' }, { ...least, issuer: 'other' })).toEqual([]);
    expect(problems(least, { ...least, tenant: 'other' })[0]).toContain(
      'issuers[1]: has the same issuer and audience as issuers[0]',
    );
  });

  it.each(['http://localhost:9000/jwks', 'http://127.0.0.1/jwks?a=b', 'http://[::1]:9000/jwks'])(
    'at %s is for local mode alone',
    (jwksUrl) => {
      const local = resolved({ jwksUrl }, { OPENAI_API_KEY: 'k', CARRYON_LOCAL: '1' });
      expect(local.missing).toEqual([]);
      expect(local.warnings.map(problemText)).toEqual([
        expect.stringContaining('issuers[0].jwksUrl: is read only in local mode'),
      ]);
      expect(resolved({ jwksUrl }, { OPENAI_API_KEY: 'k' }).missing).toEqual([
        { name: 'issuers[0].jwksUrl of carryon.config.ts', problem: expect.stringContaining('https://') },
      ]);
    },
  );
});
