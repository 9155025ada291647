/** The `demo` setting: how people sign in to the demo of a deployed router. */
import { describe, expect, it } from 'vitest';
import { whyDemoIsOff } from '../../../../cli/about-variables.ts';
import { tokenOrigins } from '../../../../cli/workerd/build-router.ts';
import { checkConfig, problemText } from '../../../../worker/core/config/check.ts';
import { contradictions } from '../../../../worker/core/config/contradictions.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import type { ConfigInput } from '../../../../worker/core/config/schema.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const inputOf = (demo: unknown) =>
  ({
    aliases: { chat: { deployments: [{ id: 'a', provider: 'openai', model: 'gpt', price: { input: 1, output: 1 } }] } },
    features: { chat: {} },
    defaultFeature: 'chat',
    ...(demo !== undefined && { demo }),
  }) as unknown as ConfigInput;

function checked(demo: unknown) {
  const result = checkConfig(inputOf(demo), PRESETS);
  if (!result.ok) throw new Error(result.error.map(problemText).join('\n'));
  return result.value;
}
function problems(demo: unknown): string[] {
  const result = checkConfig(inputOf(demo), PRESETS);
  return result.ok ? [] : result.error.map(problemText);
}
const DEPLOYED = { OPENAI_API_KEY: 'k', KEY_SECRET: 's'.repeat(32) };
const LOCAL = { ...DEPLOYED, CARRYON_LOCAL: '1' };
const resolved = (demo: unknown, variables: Record<string, string>) => {
  const { config, missing } = resolveConfig(checked(demo), variables, PRESETS);
  // A broken demo setting does not stop the router.
  expect(missing).toEqual([]);
  return config.demo;
};

const publishable = { signIn: 'publishable', key: 'DEMO_KEY' };
const token = { signIn: 'token', tokenUrl: 'https://app.example.com/api/token' };
const KEY = `pk-${'aB3_-'.repeat(8)}`;

describe('demo', () => {
  it('is off unless set', () => {
    for (const demo of [undefined, { signIn: 'off' }]) {
      expect(resolved(demo, DEPLOYED)).toEqual({ signIn: 'off', because: 'off' });
    }
  });

  it.each<[string, unknown, RegExp]>([
    ['a word', 'publishable', /demo: write signIn: "publishable"/],
    ['null', null, /demo: write signIn: "publishable"/],
    ['no sign-in', { key: 'DEMO_KEY' }, /demo.*write signIn: "publishable"/],
    ['an unknown one', { signIn: 'password' }, /demo.*write signIn: "publishable"/],
    ['the local one', { signIn: 'local' }, /demo.*write signIn: "publishable"/],
    [
      'no key',
      { signIn: 'publishable' },
      /demo.key: is missing; write the NAME of an environment variable, such as "DEMO_KEY", never the value/,
    ],
    [
      'a number as the key',
      { signIn: 'publishable', key: 42 },
      /demo.key: write the NAME of an environment variable, such as "DEMO_KEY", never the value/,
    ],
    [
      'the key itself',
      { signIn: 'publishable', key: KEY },
      /demo.key.*NAME of an environment variable, such as "DEMO_KEY"/,
    ],
    ['no address', { signIn: 'token' }, /demo.tokenUrl: is missing/],
    ['both', { ...publishable, ...token }, /demo.*key: is not a setting/],
    ['more', { ...publishable, tenant: 'acme' }, /demo.*tenant: is not a setting/],
    ['beside off', { signIn: 'off', key: 'DEMO_KEY' }, /demo.*key: is not a setting/],
  ])('refuses %s by name', (_, demo, said) => {
    expect(problems(demo).join()).toMatch(said);
  });

  it.each([KEY, KEY.replace('pk', 'sk'), 'R02ABCDEF0123456789ABCDEF', 'AKIAIOSFODNN7EXAMPLE'])(
    'refuses the key %s without a word of it',
    (key) => {
      const said = problems({ signIn: 'publishable', key }).join();
      expect(said).toContain(
        'demo.key: write the NAME of an environment variable, such as "DEMO_KEY", never the value',
      );
      expect(said).not.toContain(key.slice(0, 6));
    },
  );

  it('takes a name with digits', () => {
    const key = 'DEMO_KEY_OF_2026_FOR_EUROPE_1';
    expect(resolved({ signIn: 'publishable', key }, { ...DEPLOYED, [key]: KEY })).toEqual({
      signIn: 'publishable',
      key: KEY,
    });
  });

  it.each([
    'http://app.example.com/token',
    'http://localhost.evil.example/token',
    'https://app.example.com/token?user=ana',
    'https://app.example.com/token#1',
    'https://ana:word@app.example.com/token',
    'ftp://app.example.com/token',
    '//app.example.com/token',
    '/token',
    'TOKEN_URL',
    'https://app.example.com/a b',
    'javascript:alert(1)',
    `https://app.example.com/${'a'.repeat(2_000)}`,
    '',
  ])('takes no token from %j', (tokenUrl) => {
    expect(problems({ signIn: 'token', tokenUrl }).join()).toMatch(/demo.tokenUrl.*write/);
  });

  it('has its tokens from an https address, or from this machine in local mode', () => {
    for (const tokenUrl of [
      'https://app.example.com/token',
      'https://app.example.com',
      'https://app.example.com:8443/a/b',
    ]) {
      expect(resolved({ signIn: 'token', tokenUrl }, DEPLOYED)).toEqual({ signIn: 'token', tokenUrl });
    }
    const here = { signIn: 'token', tokenUrl: 'http://localhost:3000/token' };
    expect(resolved(here, LOCAL)).toEqual(here);
    const missing = ['demo.tokenUrl of carryon.config.ts must begin with https:// outside local mode'];
    expect(resolved(here, DEPLOYED)).toEqual({ signIn: 'off', because: 'not_configured', missing });
    expect(contradictions(checked(here), inputOf(here), PRESETS).map(problemText)).toEqual([
      'demo.tokenUrl: does not work in a deployed demo, which needs https://, and in local mode nobody signs in',
    ]);
    expect(contradictions(checked(token), inputOf(token), PRESETS)).toEqual([]);
  });

  it('lets the page call the origin of its tokens, and no other', () => {
    expect([tokenOrigins(checked(undefined)), tokenOrigins(checked(publishable))]).toEqual([[], []]);
    expect(tokenOrigins(checked(token))).toEqual(['https://app.example.com']);
    const tokenUrl = 'https://bücher.example:8443/token';
    expect(tokenOrigins(checked({ signIn: 'token', tokenUrl }))).toEqual(['https://xn--bcher-kva.example:8443']);
    const unreadable = checked({ signIn: 'token', tokenUrl: 'https://app.example.com:70000/token' });
    expect(() => tokenOrigins(unreadable)).toThrow('demo.tokenUrl: must be a URL');
  });

  it('gives out a publishable key, and nothing else that somebody may have put into its place', () => {
    expect(resolved(publishable, { ...DEPLOYED, DEMO_KEY: ` ${KEY}\n` })).toEqual({ signIn: 'publishable', key: KEY });
    for (const DEMO_KEY of [
      '',
      ' ',
      `sk-${KEY.slice(3)}`,
      `ak-${KEY.slice(3)}`,
      'sk-local-dev-key',
      'pk-',
      `${KEY}x`,
      KEY.slice(0, -1),
      `pk-${'!'.repeat(40)}`,
      `x ${KEY}`,
      `${KEY}\n${KEY}`,
      `sk-ant-${'a'.repeat(40)}`,
    ]) {
      expect(resolved(publishable, { ...DEPLOYED, DEMO_KEY })).toEqual({ signIn: 'off', because: 'no_key' });
    }
    expect(resolved(publishable, DEPLOYED)).toEqual({ signIn: 'off', because: 'no_key' });
  });
});

describe('a start says', () => {
  const said = (demo: unknown, variables: Record<string, string>, local = false) =>
    whyDemoIsOff(checked(demo), { ...DEPLOYED, ...(local && LOCAL), ...variables }, local).join();

  it('nothing where all is well, or where the demo is off on purpose', () => {
    expect([said(undefined, {}), said(publishable, { DEMO_KEY: KEY }), said(token, {})]).toEqual(['', '', '']);
    expect([said(publishable, {}, true), said(publishable, { DEMO_KEY: KEY }, true)]).toEqual(['', '']);
  });

  it('why the demo is off, and never what stands in the variable', () => {
    expect(said(publishable, {})).toMatch(
      /^The demo is off: DEMO_KEY is not set; npm run keys -- create .*docs\/demo.md/,
    );
    for (const [key, problem] of [
      [`sk-${'a'.repeat(40)}`, 'DEMO_KEY is a secret key, which no page may have'],
      ['a-secret-of-somebody', 'DEMO_KEY is not a publishable key'],
    ] as const) {
      expect(said(publishable, { DEMO_KEY: key })).toMatch(`The demo is off: ${problem}; `);
      expect(said(publishable, { DEMO_KEY: key }, true)).toMatch(`Deployed, the demo would be off: ${problem}; `);
      expect(said(publishable, { DEMO_KEY: key })).not.toContain(key);
    }
    expect(said({ signIn: 'token', tokenUrl: 'http://localhost:3000/token' }, {})).toMatch('must begin with https://');
  });
});
