import { describe, expect, it, test } from 'vitest';
import ownConfig from '../../../../carryon.config.ts';
import { capContradictions } from '../../../../cli/check-config.ts';
import { checkConfig, problemText } from '../../../../worker/core/config/check.ts';
import { contradictions } from '../../../../worker/core/config/contradictions.ts';
import type { ConfigInput } from '../../../../worker/core/config/schema.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const price = { input: 2, output: 10, cacheWrite: 2.5 };
const deployment = { id: 'a', provider: 'openai', model: 'gpt', price };

function found(more: Partial<ConfigInput>, own: object = {}) {
  const input = {
    aliases: {
      chat: { deployments: [{ ...deployment, ...own }] },
      cheap: { deployments: [{ ...deployment, id: 'c' }] },
    },
    features: { chat: {} },
    defaultFeature: 'chat',
    ...more,
  } as ConfigInput;
  const checked = checkConfig(input, PRESETS);
  if (!checked.ok) throw new Error(checked.error.map(problemText).join('\n'));
  return [...contradictions(checked.value, input, PRESETS), ...capContradictions(checked.value, {})].map(
    (one) => `${one.isError ? 'error' : 'warning'} ${problemText(one)}`,
  );
}

const tenant = (acme: object): Partial<ConfigInput> => ({ tenants: { acme } }) as Partial<ConfigInput>;
const feature = (chat: object): Partial<ConfigInput> => ({ features: { chat } }) as Partial<ConfigInput>;
const router = (more: object): Partial<ConfigInput> => ({ router: more }) as Partial<ConfigInput>;
const degrade = (safeguard: object, more: object = {}) => feature({ onExceed: 'degrade', safeguard, ...more });

describe('a contradiction that works is warned of', () => {
  it.each<[string, Partial<ConfigInput>, string]>([
    [
      'a user’s month above the tenant’s',
      tenant({ limits: { monthlyUsd: 10 }, userLimits: { monthlyUsd: 20 } }),
      'tenants.acme.userLimits.monthlyUsd: is above the monthlyUsd of tenant "acme" (10)',
    ],
    [
      'a user’s day above the tenant’s month',
      tenant({ limits: { monthlyUsd: 10 }, userLimits: { dailyUsd: 20 } }),
      'tenants.acme.userLimits.dailyUsd: is above the monthlyUsd of tenant "acme" (10)',
    ],
    [
      'a rate of all without a user above that of the tenant’s tier',
      { tiers: { free: { rps: 1 } }, ...tenant({ tier: 'free', anonymousLimits: { rps: 2 } }) },
      'tenants.acme.anonymousLimits.rps: is above the rps of tenant "acme" (1)',
    ],
    [
      'more at once than the tenant may',
      tenant({ limits: { parallel: 4 }, userLimits: { parallel: 5 } }),
      'tenants.acme.userLimits.parallel: is above',
    ],
    [
      'a request above the day of its feature',
      feature({ maxCostPerRequest: 5, limits: { dailyUsd: 1, monthlyUsd: 2 } }),
      'features.chat.maxCostPerRequest: is above the dailyUsd of feature "chat" (1)',
    ],
    [
      'a request above the month of every tenant',
      {
        tenants: { a: { limits: { monthlyUsd: 1 } }, b: { limits: { monthlyUsd: 2 } } },
        ...feature({ maxCostPerRequest: 5 }),
      },
      'features.chat.maxCostPerRequest: is above the monthlyUsd of every tenant (2)',
    ],
    [
      'a feature’s month above every tenant’s',
      { ...tenant({ limits: { monthlyUsd: 10 } }), ...feature({ limits: { monthlyUsd: 11 } }) },
      'features.chat.limits.monthlyUsd: is above the monthlyUsd of tenant "acme" (10)',
    ],
    [
      'a day above the month',
      tenant({ limits: { dailyUsd: 20, monthlyUsd: 10 } }),
      'tenants.acme.limits.dailyUsd: is above monthlyUsd (10)',
    ],
    [
      'a day above the month in a tier',
      { tiers: { free: { dailyUsd: 20, monthlyUsd: 10 } } },
      'tiers.free.dailyUsd: is above monthlyUsd (10)',
    ],
    [
      'a day above the tier’s month',
      { tiers: { free: { monthlyUsd: 10 } }, ...tenant({ tier: 'free', limits: { dailyUsd: 20 } }) },
      'tenants.acme.limits.dailyUsd: is above monthlyUsd (10)',
    ],
    [
      'a month that its days never reach',
      feature({ limits: { dailyUsd: 1, monthlyUsd: 32 } }),
      'features.chat.limits.monthlyUsd: is never reached: dailyUsd (1) allows 31 a month',
    ],
    [
      'a burst without a rate',
      tenant({ limits: { burst: 5 } }),
      'tenants.acme.limits.burst: limits nothing without rps',
    ],
    ['a burst without a rate in a tier', { tiers: { free: { burst: 5 } } }, 'tiers.free.burst: limits nothing'],
    [
      'a burst of less than a second',
      { tiers: { free: { rps: 9, burst: 8 } } },
      'tiers.free.burst: is less than a second of rps (9)',
    ],
    [
      'none at once',
      tenant({ userLimits: { parallel: 0 } }),
      'tenants.acme.userLimits.parallel: is 0, so every request',
    ],
    ['no money', tenant({ anonymousLimits: { dailyUsd: 0 } }), 'tenants.acme.anonymousLimits.dailyUsd: is 0, so every'],
    [
      'a safeguard that takes longer requests',
      degrade({ maxInputTokens: 8_000 }, { maxInputTokens: 1_000 }),
      "features.chat.safeguard.maxInputTokens: is above the feature's own (1000)",
    ],
    [
      'a safeguard that answers longer',
      degrade({ alias: 'cheap', maxOutputTokens: 500 }, { maxOutputTokens: 300 }),
      "features.chat.safeguard.maxOutputTokens: is above the feature's own (300)",
    ],
    [
      'a safeguard that answers longer than the default',
      degrade({ maxOutputTokens: 5_000 }),
      'features.chat.safeguard.maxOutputTokens: is above router.defaultMaxOutputTokens (4096)',
    ],
    [
      'a dearer safeguard',
      {
        ...degrade({ alias: 'dear' }),
        aliases: {
          chat: { deployments: [deployment] },
          dear: { deployments: [{ ...deployment, id: 'd', price: { input: 3, output: 11 } }] },
        },
      } as Partial<ConfigInput>,
      'features.chat.safeguard: is no cheaper than',
    ],
    ['a safeguard that is the same', degrade({ alias: 'chat' }), 'features.chat.safeguard: is no cheaper than'],
    ['a threshold for no safeguard', { alerts: { safeguardAt: 90 } }, 'alerts.safeguardAt: has no effect'],
    [
      'a wait longer than all attempts',
      router({ totalTimeout: '10s', maxRetryAfterWait: '20s' }),
      'router.maxRetryAfterWait: is longer than router.totalTimeout (10s)',
    ],
    [
      'pictures in less than text',
      router({ maxImageBodyBytes: 2_000 }),
      'router.maxImageBodyBytes: is below maxBodyBytes',
    ],
  ])('%s', (_, config, text) => {
    expect(found(config)).toContainEqual(expect.stringContaining(`warning ${text}`));
  });

  it('thinkingTimeout under streamTimeout', () => {
    expect(found({}, { streamTimeout: '30s', thinkingTimeout: '20s' })).toEqual([
      expect.stringContaining('deployments[0].thinkingTimeout: is shorter than streamTimeout (30s)'),
    ]);
    expect(found({}, { streamTimeout: '80s' })).toEqual([]);
  });

  it.each(['streamTimeout', 'thinkingTimeout'])('%s above totalTimeout', (name) => {
    const said = found(router({ totalTimeout: '45s' }), { [name]: '80s' });
    expect(said).toEqual([
      expect.stringContaining(`warning aliases.chat.deployments[0].${name}: is longer than router.totalTimeout (45s)`),
    ]);
  });

  it('but not a whole answer’s limit above it: the last attempt may outlast it', () => {
    expect(found(router({ totalTimeout: '45s' }), { timeout: '80s' })).toEqual([]);
  });

  it('two chunks further apart than a whole answer may take', () => {
    const said = found(router({ maxStreamDuration: '30s' }), { idleTimeout: '40s' });
    expect(said).toEqual([expect.stringContaining('[0].idleTimeout: is longer than router.maxStreamDuration (30s)')]);
  });

  it('a cache that is written to, of a provider whose price of writing nobody said', () => {
    const own = { provider: 'anthropic', price: { input: 2, output: 10 } };
    expect(found(feature({ promptCache: true, alias: 'chat' }), own)).toEqual([
      expect.stringContaining('aliases.chat.deployments[0].price: has no cacheWrite'),
    ]);
    expect(found(feature({ promptCache: true, alias: 'cheap' }), own)).toEqual([]);
  });

  it('a cap below what a request without max_tokens holds, with the number', () => {
    const day = found(tenant({ userLimits: { dailyUsd: 0.01 } }));
    expect(day).toEqual([
      expect.stringMatching(/^warning tenants\.acme\.userLimits\.dailyUsd: refuses every .*"chat".* holds \$0\.04\d+;/),
    ]);
    expect(found(feature({ maxCostPerRequest: 0.01, maxOutputTokens: 100_000 }))).toEqual([
      expect.stringMatching(/^warning features\.chat\.maxCostPerRequest: refuses every .* holds \$1\.0\d+;/),
    ]);
    expect(found(feature({ limits: { tpm: 4_000 } }))).toEqual([
      expect.stringMatching(/^warning features\.chat\.limits\.tpm: refuses every .* holds \d+ tokens;/),
    ]);
  });

  it('but not where a safeguard fits', () => {
    expect(found({ ...degrade({ maxOutputTokens: 100 }), ...tenant({ userLimits: { dailyUsd: 0.01 } }) })).toEqual([]);
  });
});

describe('a contradiction that can never work is refused', () => {
  it.each<[string, Partial<ConfigInput>, string]>([
    ['a request’s own', feature({ maxCostPerRequest: 0.000_1 }), 'features.chat.maxCostPerRequest: is less than any'],
    [
      'a request’s own of nothing',
      feature({ maxCostPerRequest: 0 }),
      'features.chat.maxCostPerRequest: is less than any',
    ],
    ['a user’s', tenant({ userLimits: { dailyUsd: 0.000_1 } }), 'tenants.acme.userLimits.dailyUsd: is less than any'],
    ['a tier’s', { tiers: { free: { monthlyUsd: 0.000_1 } } }, 'tiers.free.monthlyUsd: is less than any request'],
    ['a feature’s tokens', feature({ limits: { tpm: 10 } }), 'features.chat.limits.tpm: is less than any request'],
  ])('a cap below the smallest request: %s', (_, config, text) => {
    expect(found(config)).toContainEqual(expect.stringContaining(`error ${text}`));
  });

  test('a receiver that is sent nothing', () => {
    const otlp = { url: 'OTLP_URL', traces: false, metrics: false };
    expect(found({ telemetry: { otlp } })).toEqual([
      expect.stringContaining('error telemetry.otlp: sends neither traces nor metrics; set one of them to true'),
    ]);
    expect(found({ telemetry: { otlp: { ...otlp, metrics: true } } })).toEqual([]);
  });
});

describe('nothing is said', () => {
  it('of this repository’s own config, nor of the README’s settings', () => {
    expect(found(ownConfig)).toEqual([]);
    const tiers = { free: { rps: 1, burst: 10, dailyUsd: 0.5 }, business: { rps: 100, burst: 200 } };
    const acme = {
      tier: 'free',
      limits: { monthlyUsd: 10, dailyUsd: 0.5 },
      userLimits: { dailyUsd: 0.25, rps: 0.5, burst: 5, parallel: 2 },
      anonymousLimits: { dailyUsd: 0.4, rps: 1, burst: 5 },
    };
    const chat = {
      alias: 'chat',
      maxInputTokens: 32_000,
      maxOutputTokens: 1_000,
      maxCostPerRequest: 0.05,
      onExceed: 'degrade',
      safeguard: { alias: 'cheap', maxOutputTokens: 300, maxInputTokens: 8_000 },
      limits: { monthlyUsd: 5, tpm: 200_000 },
    };
    expect(found({ tiers, ...tenant(acme), ...feature(chat) })).toEqual([]);
  });

  it('of a default that is longer than what was written', () => {
    expect(found(router({ totalTimeout: '5s', maxStreamDuration: '8s' }))).toEqual([]);
  });

  it('of money where a price is not known yet', () => {
    const aliases = { chat: { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } };
    expect(found({ aliases, ...tenant({ userLimits: { dailyUsd: 0.000_1 } }) })).toEqual([]);
  });

  it('of a feature that some tenant could fill', () => {
    const tenants = { acme: { limits: { monthlyUsd: 10 } }, big: { limits: { monthlyUsd: 500 } } };
    expect(found({ tenants, ...feature({ limits: { monthlyUsd: 50 } }) })).toEqual([]);
    expect(found({ tenants: { ...tenants, free: {} }, ...feature({ limits: { monthlyUsd: 900 } }) })).toEqual([]);
  });
});
