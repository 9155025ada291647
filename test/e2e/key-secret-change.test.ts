/** A new KEY_SECRET beside the old one, in plain workerd: earlier keys, tokens and answers still count (docs/keys.md). */
import { afterAll, expect, test } from 'vitest';
import { createKey } from '../support/admin.ts';
import { startBench } from '../support/bench.ts';
import { CHAT, chatBody, send } from '../support/send.ts';

const OLD = 'o'.repeat(32);
const bench = await startBench({ config: 'owners', variables: { KEY_SECRET: OLD } });
afterAll(() => bench.stop());

test('an answer under a key is given again without a second call, and equal requests meanwhile make one', async () => {
  const key = await createKey(bench.url, 'acme');
  const asking = (idempotencyKey: string, bearer = key) =>
    send(bench.url, CHAT, { key: bearer, headers: { 'idempotency-key': idempotencyKey }, body: chatBody() });
  const started = () => bench.sandbox.counts().openai.started;
  const first = await asking('order-1');
  expect([first.status, started()]).toEqual([200, 1]);

  const { json } = await send(bench.url, '/v1/tokens', { key, body: { user: 'ana' } });
  const tokenStatus = async () =>
    (await send(bench.url, '/v1/models', { method: 'GET', key: String(json.token) })).status;

  await bench.killAndRestart({ KEY_SECRET: 'n'.repeat(32), KEY_SECRET_OLD: OLD });
  expect(await tokenStatus()).toBe(200);
  const again = await asking('order-1');
  // The cost is charged once.
  const told = (text: string) => ({ ...JSON.parse(text), carryon: undefined });
  expect([again.status, again.headers['x-carryon-replayed']]).toEqual([200, '1']);
  expect(told(again.text)).toEqual(told(first.text));
  expect(started()).toBe(1);
  const other = await createKey(bench.url, 'acme');
  expect((await asking('order-1', other)).headers).not.toHaveProperty('x-carryon-replayed');
  expect(started()).toBe(2);
  const replies = await Promise.all(Array.from({ length: 8 }, () => asking('order-2')));
  expect([new Set(replies.map(({ status }) => status)), started()]).toEqual([new Set([200]), 3]);

  await bench.killAndRestart({ KEY_SECRET: 'n'.repeat(32) });
  expect((await asking('order-1')).status).toBe(401);
  expect(await tokenStatus()).toBe(401);
  expect((await asking('order-1', other)).headers['x-carryon-replayed']).toBe('1');
});
