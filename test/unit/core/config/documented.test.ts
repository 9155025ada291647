import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import ownConfig from '../../../../carryon.config.ts';
import { checkConfig } from '../../../../worker/core/config/check.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import { type ConfigInput, configSchema } from '../../../../worker/core/config/schema.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

/** The names of all settings, at every depth. */
function settingsIn(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  const { def } = (schema as { _zod?: { def: Record<string, unknown> } })._zod ?? {};
  if (def === undefined) return found;
  const shape = def.shape as Record<string, unknown> | undefined;
  for (const [name, inner] of Object.entries(shape ?? {})) {
    found.add(name);
    settingsIn(inner, found);
  }
  const options = (def.options as unknown[] | undefined) ?? [];
  for (const inner of [def.innerType, def.valueType, def.element, def.in, def.out, ...options])
    settingsIn(inner, found);
  return found;
}

it('docs/config.md or docs/prices.md names every setting of carryon.config.ts', () => {
  const pages = ['config', 'prices'].map((page) =>
    readFileSync(`${import.meta.dirname}/../../../../docs/${page}.md`, 'utf8'),
  );
  const settings = [...settingsIn(configSchema)];
  expect(settings).toEqual(
    expect.arrayContaining(['fromEnvironment', 'personalData', 'cacheWrite', 'burst', 'thresholds', 'tokenUrl']),
  );
  expect(settings.filter((name) => !new RegExp(`\\b${name}\\b`).test(pages.join()))).toEqual([]);
});

it('the README’s secrets.json is all that the shipped config needs for a deploy, with whole prices', () => {
  const readme = readFileSync(`${import.meta.dirname}/../../../../README.md`, 'utf8');
  const [, json = ''] = /^## Deploy$.*?^```json$(.*?)^```$/ms.exec(readme) ?? [];
  const variables = JSON.parse(json.replaceAll('…', 'x'.repeat(32)));
  expect(Object.keys(variables)).toEqual(expect.arrayContaining(['KEY_SECRET', 'ADMIN_KEY']));
  const checked = checkConfig(ownConfig, PRESETS);
  if (!checked.ok) throw new Error('the shipped config is wrong');
  const { config, missing } = resolveConfig(checked.config, variables, PRESETS);
  expect(missing).toEqual([]);
  const deployments = config.aliases.get('app/chat')?.deployments ?? [];
  expect(deployments.map(({ format, price }) => ({ format, tiers: price.tiers }))).toEqual([
    { format: 'openai', tiers: [] },
    { format: 'anthropic', tiers: [] },
  ]);
});

it('the sign-in of docs/front-ends.md is one that config takes', () => {
  const page = readFileSync(`${import.meta.dirname}/../../../../docs/front-ends.md`, 'utf8');
  const [, issuers = ''] = /^```ts\n(issuers: \[.*?\],)\n```$/ms.exec(page) ?? [];
  const written = new Function(`return { ${issuers} }`)() as Pick<ConfigInput, 'issuers'>;
  const checked = checkConfig({ ...ownConfig, ...written }, PRESETS);
  expect(checked).toMatchObject({ ok: true, config: { issuers: [{ tenant: 'acme', features: ['chat'] }] } });
});
