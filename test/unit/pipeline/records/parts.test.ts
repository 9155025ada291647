/** The parts of a record. */
import { describe, expect, it } from 'vitest';
import type { ClosedRecord } from '../../../../worker/core/slo/record.ts';
import { errorEvent, failing, good, goodReply, role, streamed } from '../support/openai.ts';
import { leaving, newRouter } from './asking.ts';

describe('the attempts of a record', () => {
  it('say who was asked when, and what became of each', async () => {
    const router = newRouter();
    router.upstream.on('a', { ...failing(500), afterMs: 100 });
    router.upstream.on('b', { ...good(true, 'Hello there'), afterMs: 300 });
    await router.ask({ stream: true });
    const [{ attempts, ttftMs, totalMs }] = router.records as [ClosedRecord];
    const own = { hop: 0, model: 'model-a', provider: 'provider-a', result: 'server_error', status: 500, ttftMs: null };
    expect(attempts.slice(0, -1)).toEqual(
      attempts.slice(0, -1).map(({ startedMs }) => ({ deployment: 'a', ...own, startedMs, ms: 100 })),
    );
    const last = attempts.at(-1);
    expect(last).toMatchObject({ deployment: 'b', result: 'success', status: null, hop: 1, ttftMs: 300, ms: 300 });
    expect([ttftMs, totalMs]).toEqual([(last?.startedMs ?? 0) + 300, (last?.startedMs ?? 0) + 300]);
  });

  it('cost what all of them may have cost, which is a bound where one told no usage', async () => {
    const router = newRouter();
    router.upstream.on('a', streamed(role, errorEvent));
    router.upstream.on('b', goodReply('Hello'));
    router.upstream.on('a', { instead: 'hang' });
    await router.ask();
    const [{ attempts, estimated, costMicroUsd, failedMicroUsd, outputTokens }] = router.records as [ClosedRecord];
    expect(attempts.map(({ result }) => result)).toEqual(['slow', 'success']);
    expect(failedMicroUsd).toBeGreaterThan(0);
    expect(failedMicroUsd).toBeLessThan(costMicroUsd);
    expect(estimated).toBe(true);
    expect(outputTokens).toBeGreaterThan(5);
    expect(costMicroUsd).toBe(router.ledger.figures().spentMicroUsd);
  });

  it('end with the one that the client left', async () => {
    const router = newRouter();
    router.upstream.on('a', { ...good(true, 'Late'), afterMs: 5_000 });
    await leaving(router, true);
    expect(router.records[0]?.attempts).toMatchObject([{ result: 'left', ttftMs: null, ms: 3_000 }]);
  });
});

it.each([
  ['a header', { headers: { 'x-carryon-prompt-version': 'v1.2_beta-3' } }, 'v1.2_beta-3'],
  ['the body', { body: { metadata: { prompt_version: 'v7' } } }, 'v7'],
  ['a text', { headers: { 'x-carryon-prompt-version': 'You are a helpful' } }, null],
  ['too long', { headers: { 'x-carryon-prompt-version': 'v'.repeat(65) } }, null],
])('the prompt’s version, named by %s', async (_, sent, promptVersion) => {
  const router = newRouter();
  router.upstream.on('a', goodReply('Hello'));
  await router.ask(sent);
  expect(router.records).toMatchObject([{ promptVersion }]);
});
