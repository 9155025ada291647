import { describe, expect, it } from 'vitest';
import { bodyFor, never, post, postRaw, seen, until, useSandbox } from './support.ts';

const sandbox = useSandbox();
const PROVIDERS = ['openai', 'anthropic'] as const;

describe.each(PROVIDERS)('%s', (provider) => {
  const counts = () => sandbox().counts()[provider];
  const ended = () => until(() => counts().active === 0);

  it('bills a complete answer at its prices', async () => {
    await (await post(sandbox(), provider, bodyFor(provider))).text();
    await ended();
    expect(counts()).toMatchObject({ requests: 1, started: 1, completed: 1, aborted: 0, failed: 0, inputTokens: 7 });
    expect(counts().billedMicroUsd).toBe(7 + 4 * counts().outputTokens);
    sandbox().setPrices(provider, { inputUsdPerMillion: 10, outputUsdPerMillion: 0 });
    const before = counts().billedMicroUsd;
    await (await post(sandbox(), provider, bodyFor(provider))).text();
    expect(counts().billedMicroUsd).toBe(before + 70);
  });

  it('bills a stream that its reader left by what was made until then', async () => {
    sandbox().setPace({ ttftMs: 0, tokenMs: 5 });
    const leaving = new AbortController();
    const response = await post(sandbox(), provider, bodyFor(provider, { stream: true }), { signal: leaving.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (seen(text).tokens < 3) text += (await reader?.read())?.value ?? '';
    expect(counts().active).toBe(1);
    leaving.abort();
    await ended();
    expect(counts()).toMatchObject({ completed: 0, aborted: 1, inputTokens: 7 });
    expect(counts().outputTokens).toBeGreaterThanOrEqual(3);
    expect(counts().outputTokens).toBeLessThan(60);
    expect(counts().billedMicroUsd).toBe(7 + 4 * counts().outputTokens);
    expect(sandbox().requests().at(-1)).toMatchObject({
      outcome: 'aborted',
      abortedAtToken: counts().outputTokens,
      stream: true,
    });
  });

  it('bills a whole answer that nobody waited for the same way', async () => {
    sandbox().setPace({ ttftMs: 0, tokenMs: 5 });
    const leaving = new AbortController();
    const answer = post(sandbox(), provider, bodyFor(provider), { signal: leaving.signal });
    await until(() => counts().outputTokens >= 3);
    leaving.abort();
    await expect(answer).rejects.toThrow();
    await ended();
    expect(counts()).toMatchObject({ completed: 0, aborted: 1 });
    expect(counts().outputTokens).toBeLessThan(60);
  });

  it.each([
    ['hang-before-headers', { started: 0, aborted: 1, billedMicroUsd: 0 }],
    ['hang-before-first-token', { started: 1, aborted: 1, billedMicroUsd: 7 }],
    ['keep-alives-only', { started: 0, aborted: 1, billedMicroUsd: 0 }],
    ['error-in-200', { started: 0, failed: 1, billedMicroUsd: 0 }],
    ['html', { started: 0, failed: 1, billedMicroUsd: 0 }],
    ['held-open', { started: 1, completed: 1, aborted: 0 }],
    ['no-done', { started: 1, completed: 1 }],
  ] as const)('%s', async (fault, expected) => {
    await sandbox().setFault(provider, fault);
    const hangs = 'aborted' in expected;
    const atWork = () => expect(counts()).toMatchObject({ requests: 1, started: expected.started });
    await postRaw(sandbox(), provider, bodyFor(provider, { stream: true }), hangs ? atWork : never);
    await ended();
    expect(counts()).toMatchObject({ requests: 1, ...expected });
  });

  it('bills what it made before it cut the stream itself', async () => {
    await sandbox().setFault(provider, 'cut-mid-stream', { afterTokens: 4 });
    await postRaw(sandbox(), provider, bodyFor(provider, { stream: true }), never);
    await ended();
    expect(counts()).toMatchObject({ failed: 1, outputTokens: 4, billedMicroUsd: 7 + 16 });
  });

  it('knows who followed a redirect', async () => {
    await sandbox().setFault(provider, 'redirect');
    const response = await post(sandbox(), provider, bodyFor(provider), { redirect: 'follow' });
    expect(response.status).toBe(200);
    expect(counts()).toMatchObject({ requests: 2, redirectsFollowed: 1, completed: 1, failed: 1 });
  });

  it('bills nothing for what it refuses', async () => {
    await post(sandbox(), provider, bodyFor(provider, { unknown: 1 }));
    expect(counts()).toMatchObject({ requests: 1, failed: 1, started: 0, billedMicroUsd: 0 });
  });
});

it('keeps a long beginning cheap', async () => {
  const prompt = 'The same long instructions, again and again. '.repeat(200);
  await post(sandbox(), 'openai', bodyFor('openai', { max_tokens: 1 }, prompt));
  const first = sandbox().counts().openai.billedMicroUsd;
  await post(sandbox(), 'openai', bodyFor('openai', { max_tokens: 1 }, prompt));
  const { billedMicroUsd, cachedInputTokens } = sandbox().counts().openai;
  expect(billedMicroUsd - first).toBe(Math.ceil(first - 0.9 * cachedInputTokens));
});

it('keeps the last fifty requests, and no word of a prompt', async () => {
  for (let index = 0; index < 52; index += 1)
    await (await post(sandbox(), 'openai', bodyFor('openai', { max_tokens: 1 }, 'Secret words'))).text();
  expect(sandbox().requests()).toHaveLength(50);
  expect(JSON.stringify(sandbox().requests())).not.toContain('Secret');
  expect(sandbox().recorded()).toEqual([]);
  sandbox().setRecord(true);
  await post(sandbox(), 'anthropic', bodyFor('anthropic', {}, 'Recorded words'));
  expect(sandbox().recorded()).toMatchObject([
    { provider: 'anthropic', headers: { 'x-api-key': 'sk-test' }, body: { messages: [{ content: 'Recorded words' }] } },
  ]);
});
