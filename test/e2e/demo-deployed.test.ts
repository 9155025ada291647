/** A deployed demo, step by step as it is turned on: secrets, a publishable key, its variable. */
import { afterAll, expect, test } from 'vitest';
import { withSandboxProviders } from '../../cli/local-defaults.ts';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import { createKey } from '../support/admin.ts';
import { startBench } from '../support/bench.ts';
import { send } from '../support/send.ts';

const SECRETS = { KEY_SECRET: 'a secret of this test, long enough', ADMIN_KEY: LOCAL_ADMIN_KEY };
const bench = await startBench({ config: 'demo', local: false });
afterAll(bench.stop);
const { url } = bench;

const settings = async () => (await send(url, '/demo/settings', { method: 'GET', key: null })).json;
const ask = (key: string) =>
  send(url, '/ai', { key, headers: { origin: url }, body: { prompt: 'In 3 words: what is a failover?' } });
const localCall = (path: string) => send(url, path, { key: null, headers: { origin: url }, body: {} });

test('says what is missing, then serves everybody with the publishable key, and gives out no other', async () => {
  const { missing, ...off } = await settings();
  expect(off).toEqual({ signIn: 'off', because: 'not_configured' });
  expect(missing).toEqual(expect.arrayContaining(['KEY_SECRET', 'PROVIDER_A_MODEL']));

  const { PROVIDER_B_KEY: _, ...providers } = withSandboxProviders({}, bench.sandbox);
  const set = { ...SECRETS, ...providers };
  await bench.killAndRestart(set);
  expect(await settings()).toEqual({ signIn: 'off', because: 'no_key' });

  const key = await createKey(url, 'demo', { kind: 'publishable', origins: [url], features: ['chat'] });
  await bench.killAndRestart({ ...set, DEMO_KEY: key });
  expect(await settings()).toEqual({ signIn: 'publishable', key });
  const { status, json } = await ask(key);
  expect([status, json.error]).toEqual([200, undefined]);
  expect((await localCall('/demo/token')).json.error?.code).toBe('not_found');

  const secret = await createKey(url, 'demo');
  await bench.killAndRestart({ ...set, DEMO_KEY: secret });
  expect(await settings()).toEqual({ signIn: 'off', because: 'no_key' });
});
