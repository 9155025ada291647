import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAULT_NAMES } from '../../../sandbox/faults.ts';
import { asArray, asObject, type Json } from '../../../sandbox/json.ts';
import { startSandbox } from '../../../sandbox/start.ts';
import { bodyFor, post, until, useSandbox } from './support.ts';

const sandbox = useSandbox();

async function control(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${sandbox().controlUrl}${path}`, { method, ...init });
  return { status: response.status, body: asObject(await response.json()) };
}

const status = async (prompt?: string, model = 'test-model') =>
  (await post(sandbox(), 'openai', bodyFor('openai', { model, max_tokens: 1 }, prompt))).status;

async function statuses(count: number): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push(await status());
  return all;
}

describe('a fault', () => {
  it('comes and goes by HTTP', async () => {
    expect(await control('PUT', '/faults/openai', { fault: '503' })).toMatchObject({ status: 200 });
    expect(await status()).toBe(503);
    expect((await post(sandbox(), 'anthropic', bodyFor('anthropic'))).status).toBe(200);
    expect((await control('GET', '/faults')).body).toEqual({
      openai: { fault: '503', options: {}, hits: 1 },
      anthropic: null,
    });
    await control('DELETE', '/faults/openai');
    expect(await status()).toBe(200);
  });

  it('hits a number of times', async () => {
    await control('PUT', '/faults/openai', { fault: '500', times: 2 });
    expect(await statuses(4)).toEqual([500, 500, 200, 200]);
  });

  it('hits a share, the same ones for the same seed', async () => {
    await control('PUT', '/faults/openai', { fault: '500', share: 0.5 });
    const once = await statuses(40);
    expect(once.filter((code) => code === 500).length).toBeGreaterThan(8);
    expect(once.filter((code) => code === 200).length).toBeGreaterThan(8);
    await control('PUT', '/faults/openai', { fault: '500', share: 0.5 });
    expect(await statuses(40)).toEqual(once);
  });

  it('hits only prompts with a text', async () => {
    await control('PUT', '/faults/openai', { fault: '500', user: 'from Ada' });
    expect(await status('A question from Ada')).toBe(500);
    expect(await status('A question from Bob')).toBe(200);
  });

  it('comes by model name, with options', async () => {
    expect(await status('x', 'sandbox:404')).toBe(404);
    expect(await status('x', 'sandbox-fault-529')).toBe(529);
    const model = 'sandbox:429-retry-after?retryAfter=9';
    const response = await post(sandbox(), 'openai', bodyFor('openai', { model }));
    expect(response.headers.get('retry-after')).toBe('9');
    expect(await status()).toBe(200);
  });

  it('that nobody knows is refused with the list of names', async () => {
    const refused = await control('PUT', '/faults/openai', { fault: 'gremlins' });
    expect(refused.status).toBe(400);
    expect(refused.body.faults).toEqual(FAULT_NAMES);
    expect((await control('PUT', '/faults/openai', { fault: '500', sharre: 1 })).status).toBe(400);
    expect((await control('PUT', '/faults/openai', { fault: '500', share: 2 })).status).toBe(400);
    expect((await control('PUT', '/faults/gemini', { fault: '500' })).status).toBe(400);
    const byModel = await post(sandbox(), 'openai', bodyFor('openai', { model: 'sandbox:gremlins' }));
    expect(byModel.status).toBe(400);
    expect(await byModel.text()).toContain('refuse-connection');
  });
});

describe('refuse-connection', () => {
  it('closes the listener, and opens it again on the same port', async () => {
    const { port } = sandbox().openai;
    await status();
    await control('PUT', '/faults/openai', { fault: 'refuse-connection' });
    const refused = await status().catch((error: unknown) => error);
    expect(asObject(asObject(refused).cause).code).toBe('ECONNREFUSED');
    expect(sandbox().counts().openai.requests).toBe(1);
    await control('DELETE', '/faults/openai');
    expect(sandbox().openai.port).toBe(port);
    expect(await status()).toBe(200);
    for (let round = 0; round < 5; round += 1) {
      await sandbox().setFault('openai', 'refuse-connection');
      await sandbox().setFault('openai', null);
    }
    expect(await status()).toBe(200);
  });

  it('lets answers on their way run on, but takes no further request on their connections', async () => {
    sandbox().setPace({ ttftMs: 20, tokenMs: 0 });
    const running = post(sandbox(), 'openai', bodyFor('openai'));
    await until(() => sandbox().counts().openai.active === 1);
    await sandbox().setFault('openai', 'refuse-connection');
    expect((await running).status).toBe(200);
    await expect(status()).rejects.toThrow();
  });

  it('resets the connection instead where it picks its requests', async () => {
    await sandbox().setFault('openai', 'refuse-connection', { times: 1 });
    const cut = await status().catch((error: unknown) => error);
    expect(asObject(asObject(cut).cause).code).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(await status()).toBe(200);
  });
});

describe('the control port', () => {
  it('helps', async () => {
    const help = await control('GET', '/');
    expect(help.body).toMatchObject({ providers: { openai: sandbox().openai.url }, faults: FAULT_NAMES });
    expect((await control('GET', '/nothing')).status).toBe(404);
    expect((await control('PUT', '/pace', [])).status).toBe(400);
  });

  it('gives counts and the last requests', async () => {
    await status();
    const { body } = await control('GET', '/counts');
    expect(body.openai).toMatchObject({ requests: 1, completed: 1 });
    expect(asArray(body.requests)).toMatchObject([
      { provider: 'openai', model: 'test-model', status: 200, stream: false, fault: null },
    ]);
    await control('POST', '/reset');
    expect((await control('GET', '/counts')).body).toMatchObject({ openai: { requests: 0 }, requests: [] });
  });

  it('sets prices, pace and recording', async () => {
    await control('PUT', '/prices/openai', { inputUsdPerMillion: 1000 });
    expect((await control('PUT', '/prices/openai', { input: 1 })).status).toBe(400);
    await control('PUT', '/record', { record: true });
    await control('PUT', '/pace', { ttftMs: 30, tokenMs: 0 });
    expect((await control('PUT', '/pace', { pace: 'slow' })).status).toBe(400);
    const before = performance.now();
    await status('four');
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
    expect(sandbox().counts().openai.billedMicroUsd).toBe(1000 + 4);
    const recorded = await fetch(`${sandbox().controlUrl}/recorded`);
    expect(await recorded.json()).toMatchObject([{ provider: 'openai', body: { model: 'test-model' } }]);
  });
});

it('is described: docs/sandbox.md names every fault', () => {
  const page = readFileSync(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8');
  expect(FAULT_NAMES.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it('ends what hangs when it closes', async () => {
  const other = await startSandbox({ pace: 'fast' });
  await other.setFault('openai', 'hang-before-headers');
  const hanging = post(other, 'openai', bodyFor('openai'));
  await until(() => other.counts().openai.active === 1);
  await other.close();
  await expect(hanging).rejects.toThrow();
  await until(() => other.counts().openai.active === 0);
});
