import { expect, it } from 'vitest';
import type { Alias } from '../../../../worker/core/config/config.ts';
import { effectiveDeployments } from '../../../../worker/core/config/effective-deployments.ts';
import type { AliasList, ListedDeployment } from '../../../../worker/core/routing/overrides.ts';
import { START } from '../../pipeline/support/clock.ts';
import { deployment } from '../../pipeline/support/router.ts';

const alias = (name: string, ...ids: string[]): [string, Alias] => [
  name,
  { name, deployments: ids.map((id) => deployment(id)) },
];
const config = { aliases: new Map([alias('app/chat', 'a', 'b'), alias('app/fast', 'c')]) };
const price = { input: 1, output: 2 };
const list = (deployments: ListedDeployment[], until: number | null = null): AliasList => ({
  until,
  reason: 'cheaper',
  who: 'ann',
  version: 1,
  deployments,
});
const modelsUnder = (aliases: Record<string, AliasList>) =>
  effectiveDeployments(config, { aliases }, START).map(({ id, model }) => `${id} ${model}`);

const CONFIGURED = ['a model-a', 'b model-b', 'c model-c'];

it('are config’s own where nothing is listed, or what was listed has ended', () => {
  expect(modelsUnder({})).toEqual(CONFIGURED);
  expect(modelsUnder({ 'app/chat': list([{ id: 'a', model: 'other', price }], START) })).toEqual(CONFIGURED);
});

it('have the listed model, each id once; what a list leaves out stays as configured', () => {
  const lists = { 'app/chat': list([{ id: 'b', model: 'other', price }]) };
  expect(modelsUnder(lists)).toEqual(['a model-a', 'b other', 'c model-c']);
  const [, b] = effectiveDeployments(config, { aliases: lists }, START);
  expect(b?.healthId).not.toBe('b');
});
