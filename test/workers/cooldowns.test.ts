import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { effectiveDeployments } from '../../worker/core/config/effective-deployments.ts';
import { healthIdFor } from '../../worker/core/routing/health-id.ts';
import type { SetOverride } from '../../worker/core/routing/override-changes.ts';
import { compose } from '../../worker/deps.ts';
import { callAdmin } from './call-admin.ts';

const board = env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName('board'));
const { config } = compose(env);
const said = { until: null, reason: 'cheaper', who: 'ann' };
const LISTED: SetOverride = [
  'aliases',
  'app/chat',
  { ...said, deployments: [{ id: 'a', model: 'another', price: { input: 1, output: 2 } }] },
];

/** As requests use it now. */
async function standingOf(id: string, isDrill = false): Promise<string> {
  const deployments = effectiveDeployments(config, await board.overrides(), Date.now());
  const deployment = deployments.find((one) => one.id === id);
  if (deployment === undefined) throw new Error(`no deployment ${id}`);
  return healthIdFor(deployment, isDrill);
}

const cool = (healthId: string) =>
  board.report([{ deployment: healthId, outcomes: [{ startedAt: Date.now(), result: 'bad_key', user: null }] }], {
    allowedFails: 3,
    cooldownMs: 10_000,
  });

async function shown(): Promise<Record<string, string[]>> {
  const { body } = await callAdmin('GET', 'cooldowns');
  const ids = (list: unknown) => (list as { deployment: string }[]).map(({ deployment }) => deployment);
  return { cooldowns: ids(body.cooldowns), drillCooldowns: ids(body.drillCooldowns), learnt: ids(body.learnt) };
}
const NONE = { cooldowns: [], drillCooldowns: [], learnt: [] };

const clear = async (id: string) => (await callAdmin('DELETE', `cooldowns/${id}`)).body;

beforeEach(async () => {
  for (const id of ['a', 'b']) await clear(id);
  await board.clearOverride('aliases', 'app/chat');
  for (const id of ['a', 'b']) await clear(id);
  expect(await shown()).toEqual(NONE);
});

describe('GET and DELETE /admin/cooldowns', () => {
  it('are about the model that the alias list in force names, and about config’s again once it is cleared', async () => {
    await cool(await standingOf('a'));
    expect(await shown()).toEqual({ ...NONE, cooldowns: ['a'] });
    await board.setOverride(...LISTED);
    expect(await shown()).toEqual(NONE);
    await cool(await standingOf('a'));
    await board.learn(await standingOf('a'), { overheadTokens: 512 });
    expect(await shown()).toEqual({ ...NONE, cooldowns: ['a'], learnt: ['a'] });
    expect(await clear('a')).toEqual({ deployment: 'a', cleared: true });
    expect(await shown()).toEqual(NONE);
    await board.clearOverride('aliases', 'app/chat');
    expect(await shown()).toEqual({ ...NONE, cooldowns: ['a'] });
  });

  it('know a deployment that the list in force leaves out', async () => {
    await board.setOverride(...LISTED);
    await cool(await standingOf('b'));
    expect(await shown()).toEqual({ ...NONE, cooldowns: ['b'] });
    expect(await clear('b')).toEqual({ deployment: 'b', cleared: true });
  });

  it('show what a drill’s requests found out by itself, and forget it too', async () => {
    await cool(await standingOf('a', true));
    expect(await shown()).toEqual({ ...NONE, drillCooldowns: ['a'] });
    expect(await clear('a')).toEqual({ deployment: 'a', cleared: true });
    expect(await clear('a')).toEqual({ deployment: 'a', cleared: false });
    expect(await shown()).toEqual(NONE);
  });

  it('name what there is', async () => {
    const { status, body } = await callAdmin('DELETE', 'cooldowns/nobody');
    expect([status, body.error?.message]).toEqual([404, expect.stringContaining('Write one of a, b.')]);
  });
});
