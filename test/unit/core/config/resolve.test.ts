import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../../worker/core/config/check.ts';
import type { Deployment } from '../../../../worker/core/config/config.ts';
import type { Variables } from '../../../../worker/core/config/environment.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import type { ConfigInput } from '../../../../worker/core/config/schema.ts';
import { knownPrice } from '../../../../worker/core/pricing/known-price.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

type DeploymentInput = ConfigInput['aliases'][string]['deployments'][number];

function resolved(deployments: DeploymentInput[], variables: Variables, more: Partial<ConfigInput> = {}) {
  const input: ConfigInput = {
    aliases: { 'app/chat': { deployments } },
    features: { chat: {} },
    defaultFeature: 'chat',
    ...more,
  };
  const checked = checkConfig(input, PRESETS);
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  return resolveConfig(checked.value, variables, PRESETS);
}

const deploymentsOf = ({ config }: ReturnType<typeof resolved>): readonly Deployment[] =>
  config.aliases.get('app/chat')?.deployments ?? [];

const slot: DeploymentInput = { id: 'a', fromEnvironment: 'PROVIDER_A' };
const filled = {
  PROVIDER_A_API_BASE: 'http://localhost:9000/v1/',
  PROVIDER_A_KEY: ' key-a ',
  PROVIDER_A_MODEL: 'model-a',
  CARRYON_LOCAL: '1',
};
const price = { input: 1, output: 2 };

const NO_PRICE = 'must be JSON such as {"input": 1.25, "output": 10}';

describe('an environment slot', () => {
  it('brings everything, spaces and the last slash cut off', () => {
    const result = resolved(
      [{ ...slot, order: 2, weight: 3, timeout: '1s', streamTimeout: '500ms', idleTimeout: '2s', maxParallel: 7 }],
      filled,
    );
    expect(result.missing).toEqual([]);
    expect(deploymentsOf(result)).toEqual([
      {
        id: 'a',
        healthId: expect.stringMatching(/^a~[0-9a-f]{8}$/),
        provider: 'a',
        format: 'openai',
        model: 'model-a',
        apiBase: 'http://localhost:9000/v1',
        apiKey: 'key-a',
        quirks: PRESETS['openai-compatible']?.quirks,
        order: 2,
        weight: 3,
        timeoutMs: 1_000,
        streamTimeoutMs: 500,
        thinkingTimeoutMs: 60_000,
        idleTimeoutMs: 2_000,
        maxParallel: 7,
        price: {
          input: 1,
          output: 4,
          cachedInput: 1,
          cacheWrite: 1.25,
          tiers: [{ fromInputTokens: 128_000, input: 2, output: 8, cachedInput: 2, cacheWrite: 2.5 }],
        },
        overheadTokens: 256,
        thinkingBeyondCap: 0,
        tokensPerSecond: 2_000,
        goesOnWhenLeft: false,
        traceparent: false,
        allowParams: [],
        paramCosts: {},
        defaultMaxOutputTokens: 4096,
      },
    ]);
  });

  it('speaks Anthropic’s format where it says so, with what that needs', () => {
    const [deployment] = deploymentsOf(resolved([slot], { ...filled, PROVIDER_A_FORMAT: 'anthropic' }));
    expect(deployment).toMatchObject({
      format: 'anthropic',
      provider: 'a',
      quirks: PRESETS['anthropic-compatible']?.quirks,
    });
  });

  it.each(['openai', 'anthropic', 'deepseek', 'holysheep'])('at the host of %s behaves as that preset', (name) => {
    const preset = PRESETS[name];
    const [deployment] = deploymentsOf(
      resolved([slot], { ...filled, PROVIDER_A_API_BASE: preset?.apiBase?.toUpperCase().replace('HTTPS', 'https') }),
    );
    expect(deployment).toMatchObject({ provider: name, format: preset?.format, quirks: preset?.quirks });
  });

  it('at a known host in another format is no longer that preset', () => {
    const variables = {
      ...filled,
      PROVIDER_A_API_BASE: 'https://api.deepseek.com/anthropic',
      PROVIDER_A_FORMAT: 'anthropic',
    };
    const [deployment] = deploymentsOf(resolved([slot], variables));
    expect(deployment).toMatchObject({
      provider: 'a',
      format: 'anthropic',
      quirks: PRESETS['anthropic-compatible']?.quirks,
    });
  });

  it('is not taken for a host that only looks alike', () => {
    const variables = { ...filled, PROVIDER_A_API_BASE: 'https://api.openai.com.example.net/v1' };
    expect(deploymentsOf(resolved([slot], variables))[0]).toMatchObject({ provider: 'a' });
  });

  const priceWith = (variables: Variables, more: Partial<DeploymentInput> = {}) =>
    deploymentsOf(resolved([{ ...slot, ...more }], { ...filled, ...variables }))[0]?.price;

  it('has its prices from the environment, from config first', () => {
    const priced = { PROVIDER_A_PRICE_INPUT: '0.5', PROVIDER_A_PRICE_OUTPUT: '2' };
    expect(priceWith(priced)).toMatchObject({ input: 0.5, output: 2, cachedInput: 0.5, cacheWrite: 0.625 });
    const cached = { ...priced, PROVIDER_A_PRICE_CACHED_INPUT: '0.1', PROVIDER_A_PRICE_CACHE_WRITE: '0' };
    expect(priceWith(cached)).toMatchObject({ input: 0.5, output: 2, cachedInput: 0.1, cacheWrite: 0 });
    const own = { price: { input: 3, output: 9, cachedInput: 0.3 } };
    expect(priceWith(cached, own)).toMatchObject({ input: 3, output: 9, cachedInput: 0.3, cacheWrite: 3.75 });
  });

  it('has them whole from one variable, as config would have them', () => {
    const written = {
      input: 2,
      output: 4,
      reasoning: 5,
      usdPerRequest: 0.01,
      tiers: [
        { fromInputTokens: 200, input: 6, output: 8, cacheWrite: 7 },
        { fromInputTokens: 100, input: 3, output: 5, reasoning: 9 },
      ],
    };
    const whole = {
      input: 2,
      output: 4,
      cachedInput: 2,
      cacheWrite: 2.5,
      reasoning: 5,
      usdPerRequest: 0.01,
      tiers: [
        { fromInputTokens: 100, input: 3, output: 5, cachedInput: 3, cacheWrite: 3.75, reasoning: 9 },
        { fromInputTokens: 200, input: 6, output: 8, cachedInput: 6, cacheWrite: 7, reasoning: 8 },
      ],
    };
    expect(priceWith({ PROVIDER_A_PRICE: JSON.stringify(written), PROVIDER_A_PRICE_INPUT: '1' })).toEqual(whole);
    expect(priceWith({}, { price: written })).toEqual(whole);
  });

  it('is guessed at on a developer’s machine only', () => {
    const needed = [{ name: 'PROVIDER_A_PRICE_INPUT' }, { name: 'PROVIDER_A_PRICE_OUTPUT' }];
    // Never the other half of a price that was given.
    expect(resolved([slot], { ...filled, PROVIDER_A_PRICE_INPUT: '3' }).missing).toEqual(needed.slice(1));
    expect(resolved([slot], { ...filled, PROVIDER_A_PRICE_OUTPUT: '3' }).missing).toEqual(needed.slice(0, 1));
    for (const CARRYON_LOCAL of [undefined, '', '0', 'false']) {
      const missingWith = (variables: Variables, more: Partial<DeploymentInput> = {}) =>
        resolved([{ ...slot, ...more }], { ...filled, CARRYON_LOCAL, ...variables }).missing;
      expect(missingWith({})).toEqual([{ name: 'PROVIDER_A_PRICE' }]);
      expect(missingWith({ PROVIDER_A_PRICE_CACHE_WRITE: '3' })).toEqual(needed);
      expect(missingWith({ PROVIDER_A_PRICE_INPUT: '3' })).toEqual(needed.slice(1));
      expect(missingWith({ PROVIDER_A_PRICE_INPUT: '0', PROVIDER_A_PRICE_OUTPUT: '0' })).toEqual([]);
      expect(missingWith({ PROVIDER_A_PRICE: JSON.stringify(price) })).toEqual([]);
      expect(missingWith({}, { price })).toEqual([]);
    }
  });

  const terra = {
    PROVIDER_A_API_BASE: 'https://api.openai.com/v1',
    PROVIDER_A_KEY: 'k',
    PROVIDER_A_MODEL: 'gpt-5.6-terra',
  };
  const deployed = (variables: Variables, more: Partial<DeploymentInput> = {}) => {
    const result = resolved([{ ...slot, ...more }], { ...terra, ...variables });
    return { missing: result.missing.map(({ name }) => name), price: deploymentsOf(result)[0]?.price };
  };

  it('is the list’s, whole, in a deploy too, where the list knows the model at its maker’s host', () => {
    const listed = knownPrice('https://api.openai.com/v1', 'gpt-5.6-terra');
    expect(listed?.tiers).toHaveLength(1);
    expect(deployed({})).toEqual({ missing: [], price: listed });
    expect(deployed({ PROVIDER_A_API_BASE: 'https://api.openai.com.example.net/v1' }).missing).toEqual([
      'PROVIDER_A_PRICE',
    ]);
    expect(deployed({ PROVIDER_A_MODEL: 'gpt-5.6-terra-pro' }).missing).toEqual(['PROVIDER_A_PRICE']);
  });

  it('counts at the dearer of its own and the list’s, part by part and tier by tier', () => {
    const half = deployed({ PROVIDER_A_PRICE_INPUT: '1', PROVIDER_A_PRICE_OUTPUT: '20' });
    expect(half).toMatchObject({ missing: [], price: { input: 2, output: 20, cachedInput: 1, cacheWrite: 2.5 } });
    const whole = deployed({ PROVIDER_A_PRICE: '{"input":3,"output":5,"cachedInput":0,"cacheWrite":0,"tiers":[]}' });
    expect(whole.price).toEqual({
      input: 3,
      output: 12,
      cachedInput: 0.2,
      cacheWrite: 2.5,
      tiers: [{ fromInputTokens: 272_000, input: 4, output: 18, cachedInput: 0.4, cacheWrite: 5 }],
    });
    // One part is given; the list has the others.
    expect(deployed({ PROVIDER_A_PRICE_INPUT: '3' })).toMatchObject({ missing: [], price: { input: 3, output: 12 } });
    const cached = deployed({ PROVIDER_A_PRICE_CACHE_WRITE: '4' });
    expect(cached).toMatchObject({ missing: [], price: { input: 2, output: 12, cacheWrite: 4 } });
  });

  it('of config stands where it speaks, also below the list’s: a contract', () => {
    const own = { price: { input: 1, output: 5 } };
    expect(deployed({}, own).price).toMatchObject({ input: 1, output: 5, cachedInput: 1, cacheWrite: 2.5 });
  });

  it.each([
    'gpt-4o-search-preview',
    'gpt-4o-mini-search-preview-2025-03-11',
    'o3-deep-research',
    'gpt-5-search-api',
    'perplexity/sonar-pro',
    'gpt-6-sol:online',
  ])('of %s has to name a fee for each request', (model) => {
    const of = (price: string | undefined) => deployed({ PROVIDER_A_MODEL: model, PROVIDER_A_PRICE: price }).missing;
    expect(of(undefined)).toContain('PROVIDER_A_PRICE');
    expect(of('{"input":1,"output":2}')).toEqual(['PROVIDER_A_PRICE']);
    expect(of('{"input":1,"output":2,"usdPerRequest":0.01}')).toEqual([]);
    const inConfig = deployed({ PROVIDER_A_MODEL: model }, { price });
    expect(inConfig.missing).toEqual(['PROVIDER_A_MODEL']);
    const whole = { price: { ...price, usdPerRequest: 0 } };
    expect(deployed({ PROVIDER_A_MODEL: model }, whole).missing).toEqual([]);
  });
});

describe('an address', () => {
  const problemOf = (base: string, local = false) =>
    resolved([{ ...slot, price }], {
      ...filled,
      CARRYON_LOCAL: local ? '1' : '0',
      PROVIDER_A_API_BASE: base,
    }).missing.map(({ problem }) => problem);

  it.each([
    'http://api.example.com/v1',
    'http://10.0.0.5:8000/v1',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com/v1',
  ])('%s in the clear is refused, but on a developer’s machine', (base) => {
    expect(problemOf(base)).toEqual(['must begin with https:// (http:// only to this machine)']);
    expect(problemOf(base, true)).toEqual([]);
  });

  it.each(['http://localhost:8788/v1', 'http://127.0.0.1:9', 'http://[::1]:9/v1', 'https://10.0.0.5:8000/v1'])(
    '%s is not',
    (base) => expect(problemOf(base)).toEqual([]),
  );
});

describe('a preset', () => {
  it('brings base URL, format and the names of its variables', () => {
    const result = resolved([{ id: 'a', provider: 'deepseek', model: 'deepseek-chat', price }], {
      DEEPSEEK_API_KEY: 'k',
    });
    expect(result.missing).toEqual([]);
    expect(deploymentsOf(result)[0]).toMatchObject({
      apiBase: PRESETS.deepseek?.apiBase,
      apiKey: 'k',
      format: 'openai',
      price,
    });
  });

  it('has no price that nobody has filled in', () => {
    const deployment = { id: 'a', provider: 'openai', model: 'm' };
    expect(() => resolved([deployment], { OPENAI_API_KEY: 'k' })).toThrow('deployment "a": no price');
  });

  it('can be told other variables', () => {
    const deployment = { id: 'a', provider: 'openai', model: 'm', apiBase: 'EU_BASE', key: 'EU_KEY', price };
    const result = resolved([deployment], { EU_BASE: 'https://eu.api.openai.com/v1', EU_KEY: 'k' });
    expect(deploymentsOf(result)[0]).toMatchObject({
      apiBase: 'https://eu.api.openai.com/v1',
      apiKey: 'k',
      provider: 'openai',
    });
  });

  it('without a host of its own has the one that config names', () => {
    const own: DeploymentInput = { id: 'a', provider: 'openai-compatible', model: 'm', price, apiBase: 'A', key: 'B' };
    expect(resolved([own], {}).missing).toEqual([{ name: 'A' }, { name: 'B' }]);
  });
});

describe('what is missing or nonsense', () => {
  it('is all collected, each once', () => {
    const deployments = [
      slot,
      { id: 'b', provider: 'openai', model: 'm', price },
      { id: 'c', provider: 'openai', model: 'n', price },
    ];
    expect(resolved(deployments, { PROVIDER_A_KEY: '  ', OPENAI_API_KEY: 42 }).missing.map(({ name }) => name)).toEqual(
      ['PROVIDER_A_API_BASE', 'PROVIDER_A_MODEL', 'PROVIDER_A_KEY', 'PROVIDER_A_PRICE', 'OPENAI_API_KEY'],
    );
  });

  it.each([
    ['PROVIDER_A_API_BASE', 'api.openai.com', 'must be a URL such as https://api.openai.com/v1'],
    ['PROVIDER_A_API_BASE', 'https://a.example/v1?key=1', 'must be a URL such as https://api.openai.com/v1'],
    ['PROVIDER_A_API_BASE', 'ftp://a.example', 'must be a URL such as https://api.openai.com/v1'],
    ['PROVIDER_A_KEY', 'sk-…', 'must be the key as the provider shows it (ASCII, one line)'],
    ['PROVIDER_A_FORMAT', 'gemini', 'must be "openai" or "anthropic"'],
    ['PROVIDER_A_PRICE_INPUT', '1,5', 'must be USD per million tokens, such as 1.25'],
    ['PROVIDER_A_PRICE_INPUT', '-1', 'must be USD per million tokens, such as 1.25'],
    ['PROVIDER_A_PRICE_OUTPUT', 'free', 'must be USD per million tokens, such as 1.25'],
    ['PROVIDER_A_PRICE_OUTPUT', 'Infinity', 'must be USD per million tokens, such as 1.25'],
    ['PROVIDER_A_PRICE_CACHED_INPUT', '-1', 'must be USD per million tokens, such as 1.25'],
    ['PROVIDER_A_PRICE_CACHE_WRITE', '$1', 'must be USD per million tokens, such as 1.25'],
    ['PROVIDER_A_PRICE', '1.25', NO_PRICE],
    ['PROVIDER_A_PRICE', '{"input": 1}', `${NO_PRICE}; "output" is wrong or missing`],
    ['PROVIDER_A_PRICE', '{"input": 1, "output": 2, "tears": []}', `${NO_PRICE}; "tears" is wrong or missing`],
    ['PROVIDER_A_PRICE', '{input: 1, output: 2}', NO_PRICE],
  ])('%s = %j: %s', (name, value, problem) => {
    const variables = { ...filled, PROVIDER_A_PRICE_INPUT: '1', PROVIDER_A_PRICE_OUTPUT: '4', [name]: value };
    expect(resolved([slot], variables).missing).toEqual([{ name, problem }]);
    // Reported once, however many deployments use it.
    expect(resolved([slot, { ...slot, id: 'b' }], variables).missing).toEqual([{ name, problem }]);
  });

  it.each([
    'http://[::1',
    'http://::1/v1',
    'http://[::1]9000',
    'http://[1]/v1',
    'https://user:password@a.example/v1',
    'https://…/v1',
    'https://a..example',
    'https://a.example:',
    'https://a.example:port/v1',
    'https://a.example:123456',
    'http://127.0.0.256:9000',
    'http://127.0.1',
    'https:///v1',
    'https://a.example\\v1',
  ])('%s is no base URL', (url) => {
    expect(resolved([slot], { ...filled, PROVIDER_A_API_BASE: url }).missing).toEqual([
      { name: 'PROVIDER_A_API_BASE', problem: 'must be a URL such as https://api.openai.com/v1' },
    ]);
  });

  it.each([
    'http://[::1]:9000/v1',
    'http://[::ffff:127.0.0.1]',
    'http://127.0.0.1:9/v1',
    'http://localhost:8788/v1',
    'http://model_server-1:80/',
    'https://api.1und1.example/v1',
    'https://7.example:443',
    'https://bücher.example/v1',
    'https://gateway.example/v1/account~id/openai%20x',
  ])('%s is one', (url) => {
    expect(resolved([slot], { ...filled, PROVIDER_A_API_BASE: url }).missing).toEqual([]);
  });

  it.each(['', '  '])('an optional variable set to %j is not set', (value) => {
    const { missing } = resolved([slot], { ...filled, PROVIDER_A_FORMAT: value, PROVIDER_A_PRICE_INPUT: value });
    expect(missing).toEqual([]);
  });
});

describe('the rest', () => {
  it('a feature has the alias it names, else the first', () => {
    const { config } = resolved([slot], filled, {
      aliases: { 'app/chat': { deployments: [slot] }, 'app/fast': { deployments: [{ ...slot, id: 'f' }] } },
      features: { chat: {}, fast: { alias: 'app/fast' } },
    });
    expect([...config.features.values()].map(({ name, alias }) => ({ name, alias }))).toEqual([
      { name: 'chat', alias: 'app/chat' },
      { name: 'fast', alias: 'app/fast' },
    ]);
  });

  it('fields that may pass have a whole price', () => {
    const allowParams = { top_k: { usdPerRequest: 0.01 }, service_tier: { priceFactor: 2 } };
    const [deployment] = deploymentsOf(resolved([{ ...slot, allowParams }], filled));
    expect(deployment).toMatchObject({
      allowParams: ['top_k', 'service_tier'],
      paramCosts: {
        top_k: { usdPerRequest: 0.01, priceFactor: 1 },
        service_tier: { usdPerRequest: 0, priceFactor: 2 },
      },
    });
  });

  it('without maxParallel there is no limit', () => {
    expect(deploymentsOf(resolved([slot], filled))[0]?.maxParallel).toBe(Number.POSITIVE_INFINITY);
  });
});
