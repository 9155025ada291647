import { expect, it } from 'vitest';
import { checkConfig } from '../../../../worker/core/config/check.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import { shownConfig } from '../../../../worker/core/config/shown-config.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

it('names tenants, features, aliases and deployments, and shows no address and no key', () => {
  const checked = checkConfig(
    {
      aliases: {
        'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] },
        'app/small': { deployments: [{ id: 'small', fromEnvironment: 'PROVIDER_A' }] },
      },
      features: {
        chat: { alias: 'app/chat', onExceed: 'degrade', safeguard: { alias: 'app/small' }, limits: { monthlyUsd: 20 } },
        brief: { alias: 'app/small', onExceed: 'degrade', safeguard: { maxOutputTokens: 10 } },
        plain: { alias: 'app/chat' },
      },
      defaultFeature: 'chat',
      tenants: { acme: { limits: { monthlyUsd: 200 }, userLimits: { dailyUsd: 0.5 } } },
    },
    PRESETS,
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  const variables = {
    PROVIDER_A_API_BASE: 'https://secret-place.example.com/v1',
    PROVIDER_A_KEY: 'sk-very-secret',
    PROVIDER_A_MODEL: 'model-a',
    PROVIDER_A_PRICE: '{"input": 1, "output": 2}',
  };
  const { config } = resolveConfig(checked.value, variables, PRESETS);
  const shown = shownConfig(config, { name: 'ana', scope: 'read' });
  expect(shown).toMatchObject({
    operator: { name: 'ana', scope: 'read' },
    tenants: [{ name: 'acme', limits: { monthlyMicroUsd: 200e6 }, userLimits: { dailyMicroUsd: 0.5e6 } }],
    features: [
      { name: 'chat', alias: 'app/chat', safeguard: 'app/small', limits: { monthlyMicroUsd: 20e6 } },
      { name: 'brief', safeguard: 'app/small' },
      { name: 'plain', safeguard: null },
    ],
    aliases: [{ name: 'app/chat', deployments: [{ id: 'a', model: 'model-a' }] }, { name: 'app/small' }],
  });
  expect(JSON.stringify(shown)).not.toContain('secret');
});
