/** How an answer was made reaches a page through travel mode: over a connection that breaks, and when no provider answers. */
import { afterAll, afterEach, expect, test } from 'vitest';
import type { CarryonField } from '../../worker/core/answers/carryon-field.ts';
import { startTravelBench } from './support/bench.ts';
import { isStream } from './support/line.ts';
import { dataOf, type PageAnswer } from './support/page.ts';

const bench = await startTravelBench({ config: { tenants: { acme: { showsProvider: true } } } });
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const PROMPT = 'How was it made?';
const WITH_USAGE = { body: { prompt: PROMPT, stream: true, stream_options: { include_usage: true } } };
const open = async () => bench.openPage(await bench.newContext(), { person: 'ana' });
const carryonIn = (json = ''): CarryonField | undefined => (JSON.parse(json) as { carryon?: CarryonField }).carryon;
const lastOf = (answer: PageAnswer) => dataOf(answer).findLast((data) => data !== '[DONE]');

test('a page that asks for the usage gets it at the end, however often the line broke, with the router’s own headers', async () => {
  const page = await open();
  bench.provider.set({ words: 60, paceMs: 1 });
  bench.line.fault({ kind: 'cut', afterEvents: 10 }, { times: Number.POSITIVE_INFINITY, match: isStream });
  const answer = await bench.ask(page, WITH_USAGE);
  expect(dataOf(answer).at(-1)).toBe('[DONE]');
  const { attempts, cooldowns, costUsd } = carryonIn(lastOf(answer)) ?? {};
  expect(attempts).toMatchObject([{ deployment: 'a', model: 'test-model', result: 'success', hop: 0 }]);
  expect([cooldowns, (costUsd ?? 0) > 0]).toEqual([[], true]);
  expect(answer.headers).toMatchObject({
    'x-carryon-travel': 'live',
    'x-carryon-stream-id': expect.stringMatching(/^[0-9a-f]{64}$/),
    'server-timing': expect.stringContaining('total;dur='),
    'x-request-id': expect.any(String),
  });
  const kept = await bench.line.down().then(() => bench.ask(page, WITH_USAGE));
  expect([kept.headers['x-carryon-travel'], kept.text.includes('"carryon"')]).toEqual(['stale', false]);
});

test('a page that does not ask for it gets nothing of it', async () => {
  const answer = await bench.ask(await open(), { prompt: PROMPT });
  expect([dataOf(answer).at(-1), answer.text.includes('"carryon"')]).toEqual(['[DONE]', false]);
});

test('where no provider answers it comes with the error, and with the word that the question waits', async () => {
  const page = await open();
  bench.provider.set({ status: 503 });
  const failed = await bench.ask(page, WITH_USAGE);
  expect(carryonIn(lastOf(failed))?.attempts).toMatchObject([{ deployment: 'a', result: 'server_error', status: 503 }]);
  const queued = await bench.ask(page, { ...WITH_USAGE, headers: { 'x-carryon-travel': 'queue' } });
  expect([queued.status, queued.headers['x-carryon-travel']]).toEqual([503, 'queued']);
  expect(carryonIn(queued.text)?.attempts).toMatchObject([{ deployment: 'a', result: 'server_error', status: 503 }]);
});
