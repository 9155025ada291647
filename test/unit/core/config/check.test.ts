import { describe, expect, it } from 'vitest';
import ownConfig from '../../../../carryon.config.ts';
import { checkConfig, problemText } from '../../../../worker/core/config/check.ts';
import type { ConfigInput } from '../../../../worker/core/config/schema.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

type Loose = { [key: string]: Loose };

const right = (): ConfigInput => ({
  aliases: { 'app/chat': { deployments: [{ id: 'a', provider: 'openai', model: 'gpt' }] } },
  features: { chat: {} },
  defaultFeature: 'chat',
});

/** A correct config with one thing changed, as one written without types could have it. */
function wrong(place: string, value: unknown): string[] {
  const config = right() as unknown as Loose;
  const path = place.split('>');
  const last = path.pop() ?? '';
  const parent = path.reduce<Loose>((at, key) => {
    at[key] ??= {};
    return at[key];
  }, config);
  if (value === undefined) delete parent[last];
  else parent[last] = value as Loose;
  const checked = checkConfig(config, PRESETS);
  return checked.ok ? [] : checked.error.map(problemText);
}

const first = 'aliases>app/chat>deployments>0';
const at = 'aliases["app/chat"].deployments[0]';

describe('a mistake', () => {
  it.each<[string, unknown, string]>([
    [`${first}>timeout`, 30, `${at}.timeout: write a duration with its unit, such as "500ms", "30s" or "2m"`],
    [`${first}>timeout`, '30 sec', `${at}.timeout: "30 sec" is not a duration; write "500ms", "30s" or "2m"`],
    [`${first}>streamTimeout`, '1h', `${at}.streamTimeout: "1h" is out of range; write 10ms to 14m`],
    [`${first}>idleTimeout`, '0s', `${at}.idleTimeout: "0s" is out of range; write 10ms to 14m`],
    [`${first}>weight`, 0, `${at}.weight: write a weight above 0`],
    [`${first}>weight`, '1', `${at}.weight: write a number`],
    [`${first}>weight`, Number.NaN, `${at}.weight: write a number`],
    [`${first}>order`, 1.5, `${at}.order: write a whole number`],
    [`${first}>order`, 0, `${at}.order: write a whole number from 1`],
    [`${first}>maxParallel`, 0, `${at}.maxParallel: write a whole number from 1`],
    [`${first}>id`, 'A B', `${at}.id: use lower-case letters, digits, ".", "_" and "-" (at most 63)`],
    [`${first}>id`, undefined, `${at}.id: is missing; write a string in quotes`],
    [
      `${first}>provider`,
      'constructor',
      `${at}.provider: "constructor" is not a preset; write one of openai, anthropic, deepseek, holysheep, openai-compatible, anthropic-compatible`,
    ],
    [`${first}>model`, '', `${at}.model: write the model as its provider names it`],
    [`${first}>model`, undefined, `${at}: write provider and model, or fromEnvironment: "PROVIDER_A"`],
    [
      `${first}>key`,
      'sk-abc',
      `${at}.key: write the NAME of an environment variable, such as "OPENAI_API_KEY", never the value`,
    ],
    [
      `${first}>apiBase`,
      'https://api.example.com/v1',
      `${at}.apiBase: an address is not written here: write the NAME of an environment variable, such as "OWN_API_BASE", never the value`,
    ],
    [
      first,
      { id: 'own', provider: 'openai-compatible', model: 'm' },
      `${at}.apiBase: is missing: "openai-compatible" has none of its own; write the NAME of the variable that holds it, such as apiBase: "OWN_API_BASE"`,
    ],
    [
      first,
      { id: 'own', provider: 'anthropic-compatible', model: 'm', apiBase: 'OWN_API_BASE' },
      `${at}.key: is missing: "anthropic-compatible" has none of its own; write the NAME of the variable that holds it, such as key: "OWN_KEY"`,
    ],
    [
      `${first}>provider`,
      'antropic',
      `${at}.provider: "antropic" is not a preset; did you mean "anthropic"? Write one of openai, anthropic, deepseek, holysheep, openai-compatible, anthropic-compatible`,
    ],
    ['router>allowedFials', 3, expect.stringContaining('is not a setting; did you mean "allowedFails"?')],
    ['tenants>acme', { userLimit: {} }, expect.stringContaining('did you mean "userLimits"?')],
    ['router>colour', 3, expect.stringContaining('is not a setting; write one of routingStrategy')],
    [
      `${first}>fromEnvironment`,
      'PROVIDER_A',
      `${at}.fromEnvironment: already names provider, model, base URL and key; write either this or those, not both`,
    ],
    [
      first,
      { id: 'a', fromEnvironment: 'PROVIDER_A', key: 'OTHER_KEY' },
      `${at}.fromEnvironment: already names provider, model, base URL and key; write either this or those, not both`,
    ],
    [
      `${first}>tiemout`,
      '3s',
      `${at}.tiemout: is not a setting; did you mean "timeout"? Write one of id, provider, model, apiBase, key, fromEnvironment, order, weight, timeout, streamTimeout, thinkingTimeout, idleTimeout, maxParallel, price, hidesTokens, thinkingBeyondCap, tokensPerSecond, goesOnWhenLeft, traceparent, allowParams`,
    ],
    [`${first}>price`, { input: 1 }, `${at}.price.output: is missing; write a number`],
    [`${first}>price`, { input: -1, output: 1 }, `${at}.price.input: write a price in USD, 0 or more`],
    [`${first}>price`, { input: 1e9, output: 1 }, `${at}.price.input: write a price in USD up to a million`],
    [
      `${first}>price`,
      { input: 1, output: 1, tiers: [{ fromInputTokens: 0, input: 2, output: 2 }] },
      `${at}.price.tiers[0].fromInputTokens: write a whole number from 1`,
    ],
    [
      `${first}>price`,
      { input: 1, output: 1, tiers: [1, 2].map((input) => ({ fromInputTokens: 9, input, output: 2 })) },
      `${at}.price.tiers: write each fromInputTokens once`,
    ],
    [
      `${first}>allowParams`,
      { top_k: {} },
      `${at}.allowParams.top_k: say what the field costs: { usdPerRequest } or { priceFactor }`,
    ],
    [
      `${first}>allowParams`,
      { top_k: { priceFactor: 0.5 } },
      `${at}.allowParams.top_k.priceFactor: write a factor of 1 or more`,
    ],
    [first, null, `${at}: write an object: { … }`],
    [
      `${first.slice(0, -2)}>1`,
      { id: 'a', fromEnvironment: 'PROVIDER_B' },
      'aliases["app/chat"].deployments[1].id: the id "a" is used in alias "app/chat" already; every deployment needs its own',
    ],
    [
      'aliases>app/chat>deployments',
      [],
      'aliases["app/chat"].deployments: an alias needs a deployment, preferably two',
    ],
    ['aliases', {}, 'aliases: name at least one alias'],
    ['aliases', undefined, 'aliases: is missing; write an object: { … }'],
    [
      'aliases>',
      { deployments: [{ id: 'b', fromEnvironment: 'B' }] },
      'aliases[""]: an alias needs a name, such as "app/chat"',
    ],
    [
      'aliases>*',
      { deployments: [{ id: 'b', fromEnvironment: 'B' }] },
      'aliases["*"]: cannot name an alias: for a bypass it means all of them',
    ],
    ['defaultFeature', 'chta', 'defaultFeature: "chta" is not one of features: chat'],
    ['defaultFeature', undefined, 'defaultFeature: is missing; write a string in quotes'],
    ['features>Chat Box', {}, 'features["Chat Box"]: use lower-case letters, digits, ".", "_" and "-" (at most 63)'],
    ['features>chat>alias', 'nope', 'features.chat.alias: "nope" is not one of aliases: app/chat'],
    [
      'features>chat>safeguard',
      { maxOutputTokens: 300 },
      'features.chat.safeguard: is only used with onExceed: "degrade"; write that, or leave it out',
    ],
    [
      'features>chat>aliass',
      'app/chat',
      'features.chat.aliass: is not a setting; did you mean "alias"? Write one of alias, maxInputTokens, maxOutputTokens, maxCostPerRequest, onExceed, safeguard, limits, resume, promptCache, travelTtl, cache',
    ],
    ['origins', ['https://a.example/x'], 'origins[0]: write an origin such as "https://app.example.com", no path'],
    ['origins', 'https://a.example', 'origins: write a list: [ … ]'],
    ['router>routingStrategy', 'least-busy', 'router.routingStrategy: only "simple-shuffle" for now'],
    ['router>numRetries', -1, 'router.numRetries: write a whole number from 0'],
    ['router>numRetries', 11, 'router.numRetries: write a whole number up to 10'],
    ['router>cooldownTime', '5m', 'router.cooldownTime: "5m" is out of range; write 100ms to 2m'],
    ['router>whenAllCooling', 'wait', 'router.whenAllCooling: write "try-soonest" or "refuse"'],
    ['router>strictParams', 'yes', 'router.strictParams: write true or false'],
    ['router>maxBodyBytes', 10, 'router.maxBodyBytes: write a whole number from 1024'],
  ])('at %s (%j) says what would be right', (place, value, text) => {
    expect(wrong(place, value)).toContainEqual(text);
  });

  it('is not the only one that is named', () => {
    const config = {
      ...right(),
      defaultFeature: 'chta',
      router: { numRetries: -1, cooldownTime: 'soon' },
      colour: 'red',
    };
    const checked = checkConfig(config, PRESETS);
    expect(checked.ok ? [] : checked.error.map(({ path }) => path.join('.'))).toEqual(
      expect.arrayContaining(['router.numRetries', 'router.cooldownTime', 'colour']),
    );
  });

  it.each([undefined, null, [], 'text', 42, () => right()])('that is no config at all (%j) is named too', (input) => {
    const checked = checkConfig(input, PRESETS);
    expect(checked.ok ? '' : problemText(checked.error[0] ?? { path: [], message: '' })).toBe(
      input === undefined ? 'the config: is missing; write an object: { … }' : 'the config: write an object: { … }',
    );
  });
});

describe('origins', () => {
  it.each([
    ['https://App.Example.com', 'https://app.example.com'],
    ['HTTPS://app.example.com:443/', 'https://app.example.com'],
    ['http://localhost:80', 'http://localhost'],
    ['http://localhost:443', 'http://localhost:443'],
    ['https://app.example.com:80', 'https://app.example.com:80'],
    ['https://app.example.com:4430', 'https://app.example.com:4430'],
    ['http://[::1]:80', 'http://[::1]'],
  ])('%s are written as browsers send them: %s', (origin, sent) => {
    const checked = checkConfig({ ...right(), origins: [origin] }, PRESETS);
    expect(checked.ok && checked.value.origins).toEqual([sent]);
  });

  it.each(['https://user@a.example', 'https://a.example?b', 'https://a.example#b', 'ftp://a.example', 'https://'])(
    '%s is not an origin',
    (origin) => expect(checkConfig({ ...right(), origins: [origin] }, PRESETS).ok).toBe(false),
  );
});

describe('what is left out', () => {
  it('has its defaults, times in milliseconds', () => {
    const checked = checkConfig(right(), PRESETS);
    expect(checked).toMatchObject({
      ok: true,
      value: {
        origins: [],
        router: {
          routingStrategy: 'simple-shuffle',
          numRetries: 2,
          allowedFails: 3,
          cooldownTime: 10_000,
          totalTimeout: 90_000,
          maxStreamDuration: 600_000,
          maxRetryAfterWait: 2_000,
          whenAllCooling: 'try-soonest',
          strictParams: false,
          maxBodyBytes: 1_048_576,
        },
      },
    });
    const deployment = checked.ok ? checked.value.aliases['app/chat']?.deployments[0] : undefined;
    expect(deployment).toMatchObject({
      order: 1,
      weight: 1,
      streamTimeout: 10_000,
      thinkingTimeout: 60_000,
      idleTimeout: 15_000,
    });
  });

  it('is nothing that this repository’s own config needs', () => {
    expect(checkConfig(ownConfig, PRESETS).ok).toBe(true);
  });
});
