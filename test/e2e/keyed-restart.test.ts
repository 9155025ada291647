/** A power cut in the middle of a keyed stream: what was stored is kept, the end is a named error, and no provider is asked again. */
import { afterAll, expect, test } from 'vitest';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { admin } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { type Part, type ReadOptions, readEvents } from '../support/read-events.ts';

const bench = await startBench();
afterAll(bench.stop);

const RESUMABLE = { 'idempotency-key': 'cut-by-a-power-cut', 'x-carryon-resume': '1' };
/** With a token each 100 ms, part of it is stored by then, and part is not. */
const CUT_AFTER = 25;

const read = (headers: Record<string, string> = {}, options?: ReadOptions) =>
  readEvents(bench.url, { ...RESUMABLE, ...headers }, options);
const errorOf = ({ text }: Part): unknown => {
  const [data] = /^data: \{"error".*$/m.exec(text) ?? [];
  return data === undefined ? undefined : JSON.parse(data.slice('data: '.length)).error.code;
};
const contentOf = ({ events }: Part) => events.filter(({ data }) => !data.startsWith('{"error"'));

interface Books {
  spent: number;
  held: number;
  settlements: unknown[];
}

async function books(): Promise<Books> {
  const response = await admin(bench.url, 'ledger/local?scope=tenant');
  const { scopes, settlements } = (await response.json()) as {
    scopes: { spentMicroUsd: number; reservedMicroUsd: number }[];
    settlements: unknown[];
  };
  return { spent: scopes[0]?.spentMicroUsd ?? 0, held: scopes[0]?.reservedMicroUsd ?? 0, settlements };
}

test('workerd is killed while a keyed stream runs: all that was stored, a named error, one call, nothing lost', async () => {
  await bench.sandbox.setFault('openai', 'drip', { delayMs: 100 });
  let restarted: Promise<Books> | undefined;
  const killOnce = (count: number) => {
    if (count >= CUT_AFTER)
      restarted ??= books().then(async (before) => {
        await bench.killAndRestart();
        return before;
      });
  };
  const seen = await read({}, { onEvents: killOnce });
  expect([seen.status, seen.text.includes('[DONE]'), errorOf(seen)]).toEqual([200, false, undefined]);
  const before = await restarted;
  expect(before).toEqual({ spent: 0, held: expect.any(Number), settlements: [] });
  expect(before?.held).toBeGreaterThan(0);
  const streamId = String(seen.headers['x-carryon-stream-id']);

  const whole = await read();
  const stored = contentOf(whole);
  expect(stored.length).toBeGreaterThan(5);
  expect(stored).toEqual(seen.events.slice(0, stored.length));
  const resumes = [
    (after: number) => read({ 'last-event-id': String(after) }),
    (after: number) =>
      readEvents(
        bench.url,
        { 'last-event-id': String(after), authorization: `Bearer ${LOCAL_CLIENT_KEY}` },
        { path: `/ai/streams/${streamId}`, method: 'GET' },
      ),
  ];
  const expectTheSame = async () => {
    for (const resume of resumes) {
      // The first, one in the middle, the last one stored, and the last one seen, which may be later.
      for (const after of [1, 5, stored.length, seen.events.length]) {
        const part = await resume(after);
        expect([part.status, errorOf(part)]).toEqual([200, 'stream_interrupted']);
        expect(contentOf(part)).toEqual(stored.slice(after));
        expect(part.text).not.toContain('[DONE]');
      }
    }
    expect(await read()).toMatchObject({ status: 200, events: whole.events });
  };
  await expectTheSame();

  // What the provider will bill is no longer known: the full amount stays held, under the one lease, until its time is over.
  const { openai, anthropic } = bench.sandbox.counts();
  expect([openai.started, anthropic.started]).toEqual([1, 0]);
  expect(openai.billedMicroUsd).toBeLessThanOrEqual(before?.held ?? 0);
  expect(await books()).toEqual(before);

  // After another restart the ending is still as the second life stored it.
  await bench.killAndRestart();
  await expectTheSame();
  expect(await books()).toEqual(before);
  expect(bench.sandbox.counts().openai.started).toBe(1);
});
