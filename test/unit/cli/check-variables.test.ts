import { describe, expect, it } from 'vitest';
import { aboutVariables, addressWarnings, misspeltVariables, webhookWarnings } from '../../../cli/about-variables.ts';
import { refuseInvalidVariables, slotsIn, unsetVariables } from '../../../cli/check-variables.ts';
import { checkConfig } from '../../../worker/core/config/check.ts';
import type { CheckedConfig } from '../../../worker/core/config/schema.ts';
import { PRESETS } from '../../../worker/providers/presets.ts';

function configWith(...deployments: object[]): CheckedConfig {
  const checked = checkConfig(
    { aliases: { chat: { deployments } }, features: { chat: {} }, defaultFeature: 'chat' },
    PRESETS,
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  return checked.value;
}

const config = configWith(
  { id: 'a', fromEnvironment: 'PROVIDER_A' },
  { id: 'gpt', provider: 'openai', model: 'm', apiBase: 'EU_BASE', price: { input: 1, output: 2 } },
);
const right = {
  PROVIDER_A_API_BASE: 'https://api.example.com/v1/',
  PROVIDER_A_KEY: 'a',
  PROVIDER_A_MODEL: 'a',
  PROVIDER_A_PRICE_INPUT: '1',
  PROVIDER_A_PRICE_OUTPUT: '2',
  EU_BASE: 'https://eu.example.com/v1',
  OPENAI_API_KEY: 'b',
};

function refusal(variables: Record<string, string>): string[] {
  try {
    refuseInvalidVariables(config, variables);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

it('a variable of a slot that nobody reads is told with the nearest that is read', () => {
  expect(
    misspeltVariables('PROVIDER_A', {
      ...right,
      PROVIDER_A_FORMAT: 'openai',
      PROVIDER_A_PRICE: '{}',
      PROVIDER_AB_KEY: 'x',
    }),
  ).toEqual([]);
  const wrong = { PROVIDER_A_API_BAS: 'https://a.example/v1', PROVIDER_A_TOKEN: 'x' };
  const names = 'API_BASE, KEY, MODEL, FORMAT, PRICE';
  expect(misspeltVariables('PROVIDER_A', { ...right, ...wrong })).toEqual([
    `warning: PROVIDER_A_API_BAS is never read; after PROVIDER_A_, did you mean "API_BASE"? Write one of ${names}`,
    `warning: PROVIDER_A_TOKEN is never read; after PROVIDER_A_, write one of ${names}`,
  ]);
});

describe('nonsense', () => {
  it('is not what is right, nor what is not set', () => {
    expect(refusal(right)).toEqual([]);
    expect(refusal({})).toEqual([]);
  });

  it('is named with what would be right, a line each', () => {
    const wrong = {
      PROVIDER_A_FORMAT: 'Openai',
      PROVIDER_A_PRICE_INPUT: 'abc',
      PROVIDER_A_PRICE_CACHE_WRITE: '$1',
      EU_BASE: 'api.openai.com',
    };
    expect(refusal({ ...right, ...wrong })).toEqual([
      'PROVIDER_A_FORMAT is "Openai", and must be "openai" or "anthropic"',
      'PROVIDER_A_PRICE_INPUT is "abc", and must be USD per million tokens, such as 1.25',
      'PROVIDER_A_PRICE_CACHE_WRITE is "$1", and must be USD per million tokens, such as 1.25',
      'EU_BASE must be a URL such as https://api.openai.com/v1',
    ]);
  });

  it('shows no address and no key', () => {
    const said = refusal({ PROVIDER_A_API_BASE: 'https://me:password@a.example', PROVIDER_A_KEY: 'sk-secret…' });
    expect(said).toHaveLength(2);
    expect(said.join()).not.toMatch(/password|sk-secret/);
  });

  it.each(['https://a.example:70000/v1', 'https://[1:2:3]/v1', 'https://a.0x'])('%s: only a parser sees it', (url) => {
    expect(refusal({ ...right, EU_BASE: url })).toEqual(['EU_BASE is not a URL that can be read']);
  });
});

describe('what is not set', () => {
  it('is named with what follows from it', () => {
    const { OPENAI_API_KEY: _, ...rest } = right;
    expect(unsetVariables(config, rest, true)).toEqual([
      'Every request gets 503 not_configured: set OPENAI_API_KEY in the environment or .dev.vars',
    ]);
    expect(unsetVariables(config, rest, false)).toEqual([
      'Every request gets 503 not_configured: set KEY_SECRET, OPENAI_API_KEY in the environment or .dev.vars',
      '/admin is closed and no key can be made: set ADMIN_KEY in the environment or .dev.vars',
    ]);
    expect(unsetVariables(config, { ...right, KEY_SECRET: 's', ADMIN_KEY: 'a' }, false)).toEqual([]);
  });

  it('includes a price that nobody knows, but on a developer’s machine', () => {
    const { PROVIDER_A_PRICE_INPUT: _, PROVIDER_A_PRICE_OUTPUT: __, ...rest } = right;
    expect(unsetVariables(config, { ...rest, CARRYON_LOCAL: '1' }, true)).toEqual([]);
    expect(unsetVariables(config, { ...rest, KEY_SECRET: 's', ADMIN_KEY: 'a' }, false)).toEqual([
      'Every request gets 503 not_configured: set PROVIDER_A_PRICE in the environment or .dev.vars',
    ]);
  });
});

it('slots are those of the config', () => {
  expect(slotsIn(config)).toEqual(new Set(['PROVIDER_A']));
});

describe('webhooks that cannot be told anything', () => {
  const alerts = {
    webhooks: [
      { url: 'SLACK_URL', format: 'slack' },
      { url: 'OPS_URL', format: 'json', secret: 'OPS_SECRET' },
    ],
  };
  const withWebhooks = () => {
    const aliases = { chat: { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } };
    const checked = checkConfig({ aliases, features: { chat: {} }, defaultFeature: 'chat', alerts }, PRESETS);
    if (!checked.ok) throw new Error(JSON.stringify(checked.error));
    return checked.value;
  };
  const said = (variables: Record<string, string>) => webhookWarnings(withWebhooks(), variables);

  it('are named, and keep nothing from being answered', () => {
    expect(said({})).toEqual([
      'Alerts cannot be sent, and are kept for three days: SLACK_URL is not set',
      'Alerts cannot be sent, and are kept for three days: OPS_URL is not set',
    ]);
    const urls = { SLACK_URL: 'https://hooks.slack.com/services/T/B/x', OPS_URL: 'http://ops.example/in' };
    expect(said(urls)).toEqual([
      'Alerts cannot be sent, and are kept for three days: OPS_URL must be a URL such as https://hooks.slack.com/services/… (https only)',
    ]);
    const local = { ...urls, CARRYON_LOCAL: '1', OPS_SECRET: 'too short' };
    expect(said(local)).toEqual([
      'Alerts cannot be sent, and are kept for three days: OPS_SECRET must be 24 to 64 bytes in base64, such as openssl rand -base64 32 makes',
    ]);
    expect(said({ ...local, OPS_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })).toEqual([]);
    expect(unsetVariables(withWebhooks(), right, true)).toEqual([]);
  });
});

describe('an address that may not be what was meant', () => {
  const said = (base: string, format?: string) =>
    addressWarnings('PROVIDER_A', { PROVIDER_A_API_BASE: base, ...(format && { PROVIDER_A_FORMAT: format }) }).join();

  it.each([
    ['https://gateway.example/anthropic/v1', "looks like Anthropic's API, and PROVIDER_A_FORMAT is not set"],
    ['https://claude.example/v1', 'write PROVIDER_A_FORMAT=anthropic, or openai'],
    ['https://a.example/v1/chat/completions', 'ends in /chat/completions'],
    ['https://api.anthropic.com/v1/messages/', 'ends in /messages'],
    ['https://api.anthropic.com', 'such addresses usually end in /v1'],
    ['https://a.example/', 'such addresses usually end in /v1'],
  ])('%s is told', (base, text) => {
    expect(said(base)).toContain(text);
    expect(said(base)).not.toContain('example');
  });

  it.each([
    ['https://gateway.example/anthropic/v1', 'anthropic'],
    ['https://api.anthropic.com/v1'],
    ['https://api.deepseek.com'],
    ['https://api.deepseek.com/v1'],
    ['https://generativelanguage.googleapis.com/v1beta/openai'],
    ['http://localhost:8788/v1'],
    ['nonsense'],
    [''],
  ])('%s is not', (base, format?) => {
    expect(said(base, format)).toBe('');
  });
});

describe('secrets that can be guessed', () => {
  it('are named outside local mode, and their values are not shown', () => {
    const lines = aboutVariables(config, { ...right, KEY_SECRET: 'short', ADMIN_KEY: 'x'.repeat(24) }, false);
    expect(lines).toEqual([expect.stringMatching(/^warning: KEY_SECRET has 5 characters and .* openssl rand -hex 32/)]);
    expect(aboutVariables(config, { ...right, KEY_SECRET: 'short', CARRYON_LOCAL: '1' }, true)).toEqual([]);
  });
});

it('a cap that no request fits into is reported once the slots’ prices are known', () => {
  const checked = checkConfig(
    {
      aliases: { chat: { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
      features: { chat: {} },
      defaultFeature: 'chat',
      tenants: { acme: { userLimits: { dailyUsd: 0.00001 } } },
    },
    PRESETS,
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  expect(aboutVariables(checked.value, right, true)).toEqual([
    expect.stringMatching(
      /^warning: carryon\.config\.ts tenants\.acme\.userLimits\.dailyUsd: is less than any request/,
    ),
  ]);
});
