import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import ownConfig from '../../../../carryon.config.ts';
import { wranglerConfigPath } from '../../../../cli/project.ts';
import { parseToml } from '../../../../cli/workerd/toml.ts';
import { checkConfig } from '../../../../worker/core/config/check.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import type { ConfigInput } from '../../../../worker/core/config/schema.ts';
import { sloContradictions } from '../../../../worker/core/config/slo-contradictions.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const pageOf = (name: string) => readFileSync(`${import.meta.dirname}/../../../../docs/${name}.md`, 'utf8');

it('the secrets.json of docs/deploy.md is all that the shipped config needs for a deploy, with whole prices', () => {
  const [, json = ''] = /^## secrets.json$.*?^```json$(.*?)^```$/ms.exec(pageOf('deploy')) ?? [];
  const variables = JSON.parse(json.replaceAll('…', 'x'.repeat(32)));
  expect(Object.keys(variables)).toEqual(expect.arrayContaining(['KEY_SECRET', 'ADMIN_KEY']));
  const checked = checkConfig(ownConfig, PRESETS);
  if (!checked.ok) throw new Error('the shipped config is wrong');
  const { config, missing } = resolveConfig(checked.value, variables, PRESETS);
  expect(missing).toEqual([]);
  const deployments = config.aliases.get('app/chat')?.deployments ?? [];
  expect(deployments.map(({ format, price }) => ({ format, tiers: price.tiers }))).toEqual([
    { format: 'openai', tiers: [] },
    { format: 'anthropic', tiers: [] },
  ]);
});

it('the sign-in of docs/front-ends.md is one that config takes', () => {
  const [, issuers = ''] = /^```ts\n(issuers: \[.*?\],)\n```$/ms.exec(pageOf('front-ends')) ?? [];
  const written = new Function(`return { ${issuers} }`)() as Pick<ConfigInput, 'issuers'>;
  const checked = checkConfig({ ...ownConfig, ...written }, PRESETS);
  expect(checked).toMatchObject({ ok: true, value: { issuers: [{ tenant: 'acme', features: ['chat'] }] } });
});

it('the staging environment of docs/deploy.md repeats every binding of wrangler.toml', () => {
  const [, staging = ''] = /^## A staging environment$.*?^```toml$(.*?)^```$/ms.exec(pageOf('deploy')) ?? [];
  const bindingsIn = (text: string) =>
    parseToml(text)
      .map(({ name, values }) => [name.replace(/^env\.staging\./, ''), values] as const)
      .filter(
        ([name]) => !['', 'env.staging', 'build', 'migrations'].includes(name) && !name.startsWith('observability'),
      )
      .map(([name, { namespace_id: _, ...values }]) => JSON.stringify([name, values]))
      .sort();
  const shipped = readFileSync(wranglerConfigPath, 'utf8');
  expect(bindingsIn(shipped).length).toBeGreaterThan(6);
  expect(bindingsIn(staging)).toEqual(bindingsIn(shipped));
  // It would take production's domain over.
  expect(parseToml(staging).find(({ name }) => name === 'env.staging')?.values).toMatchObject({ routes: [] });
});

const cheaper = { deployments: [{ id: 'cheap', provider: 'openai', model: 'gpt-5-mini' }] };

const exampleOf = (page: string): ConfigInput => {
  const [, example = ''] = /^```ts\n[^`]*?defineConfig\((\{.*?\})\);\n```$/ms.exec(pageOf(page)) ?? [];
  return new Function(`return ${example}`)();
};

it('the examples of docs/config.md and docs/limits.md are configs that are taken', () => {
  expect(checkConfig(exampleOf('config'), PRESETS)).toMatchObject({ ok: true });
  const { aliases } = ownConfig;
  const limits = { ...ownConfig, ...exampleOf('limits'), aliases: { ...aliases, 'app/cheap': cheaper } };
  expect(checkConfig(limits, PRESETS)).toMatchObject({ ok: true, value: { tenants: { acme: { tier: 'team' } } } });
});

it('the promises of docs/slo.md are ones that config takes, without a contradiction', () => {
  const [, slo = ''] = /^```ts\n(slo: \{.*?\},)\n```$/ms.exec(pageOf('slo')) ?? [];
  const written = new Function(`return { ${slo} }`)() as Pick<ConfigInput, 'slo'>;
  const checked = checkConfig({ ...ownConfig, tenants: { acme: { class: 'gold' } }, ...written }, PRESETS);
  if (!checked.ok) throw new Error('the example is wrong');
  expect(checked.value.slo.objectives?.length).toBeGreaterThan(2);
  expect(sloContradictions(checked.value)).toEqual([]);
});
