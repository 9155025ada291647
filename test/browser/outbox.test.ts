import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { answerText, heardBy, listen, outages, questionOf, queue, untilState } from './support/outbox.ts';
import { contentOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

describe.each(outages(bench))('with $name', (outage) => {
  test('a question is queued, sent exactly once when the network is back, and its answer read by its id and offline', async () => {
    const context = await bench.newContext();
    const page = await bench.openPage(context, { person: 'ana' });
    await listen(page);
    await outage.begin(context);
    const id = await queue(bench, page, 'Why?');
    expect(await questionOf(page, id)).toMatchObject({
      id,
      state: 'waiting',
      tries: 0,
      lastError: null,
    });
    expect(await answerText(page, id)).toBeUndefined();
    await outage.end(context);
    await untilState(page, id, 'answered');
    expect(contentOf({ text: (await answerText(page, id)) ?? '' })).toBe(answerTo('Why?', 1));
    await until('the page is told', async () => {
      const told = JSON.stringify(await heardBy(page));
      return [
        ['queue', { waiting: 1 }],
        ['answered', { id }],
        ['queue', { waiting: 0 }],
      ].every((event) => told.includes(JSON.stringify(event)));
    });
    await outage.begin(context);
    const again = await bench.ask(page, { prompt: 'Why?' });
    expect(again.headers['x-carryon-travel']).toBe('stale');
    expect(contentOf(again)).toBe(answerTo('Why?', 1));
    expect(bench.provider.calls).toEqual(['Why?']);
  });
});
