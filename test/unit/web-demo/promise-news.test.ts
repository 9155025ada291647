import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPromiseNews } from '../../../web-demo/core/promise-news.ts';
import { promiseNews } from '../../../web-demo/state/promise-news.ts';

const FAST = { burnRates: { '5m': 20, '1h': 3 } };

test.for([
  ['all is well', { objectives: [{ sli: 'success', state: 'healthy', ...FAST }], incidents: [] }, null],
  ['success burns', { objectives: [{ sli: 'success', state: 'burning' }] }, 'failing'],
  ['first tokens are late', { objectives: [{ sli: 'ttft', state: 'burning' }] }, 'late'],
  ['answers are too dear', { objectives: [{ sli: 'cost', state: 'burning' }] }, 'atRisk'],
  [
    'two burn',
    {
      objectives: [
        { sli: 'ttft', state: 'burning' },
        { sli: 'success', state: 'burning' },
      ],
    },
    'failing',
  ],
  [
    'a budget was used up',
    { objectives: [{ sli: 'success', state: 'exhausted', burnRates: { '5m': 0, '1h': 3 } }] },
    null,
  ],
  ['it is without traffic', { objectives: [{ sli: 'success', state: 'exhausted', burnRates: { '5m': null } }] }, null],
  ['it burns on', { objectives: [{ sli: 'success', state: 'exhausted', ...FAST }] }, 'failing'],
  [
    'an incident goes on',
    { objectives: [{ sli: 'ttft', state: 'burning' }], incidents: [{ closedAt: null }] },
    'incident',
  ],
  ['an incident is over', { objectives: [], incidents: [{ closedAt: 1 }] }, null],
] as const)('%s', ([, reply, news]) => {
  expect(readPromiseNews(reply)).toBe(news);
});

test('a reply of any shape does no harm', () => {
  fc.assert(
    fc.property(fc.anything(), fc.array(fc.object()), (any, list) => {
      readPromiseNews(any);
      expect(['incident', 'failing', 'late', 'atRisk', null]).toContain(
        readPromiseNews({ objectives: list, incidents: any }),
      );
    }),
  );
});

test('it is looked for once a minute, while somebody looks and the router answers', async () => {
  let now = 0;
  const timers: { at: number; then: () => void }[] = [];
  const asked: number[] = [];
  const page = { isWorthIt: true, isUp: true, state: 'burning', see: () => {} };
  const news = promiseNews({
    ports: {
      elapsedMs: () => now,
      later: (ms, then) => void timers.push({ at: now + ms, then }),
      fetch: async () => {
        asked.push(now);
        if (!page.isUp) throw new TypeError('Failed to fetch');
        return Response.json({ objectives: [{ sli: 'success', state: page.state }] });
      },
    },
    isWorthIt: () => page.isWorthIt,
    onVisible: (listener) => {
      page.see = listener;
    },
  });
  const advance = async (ms: number) => {
    const end = now + ms;
    for (;;) {
      const next = timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      timers.splice(timers.indexOf(next), 1);
      now = next.at;
      next.then();
    }
    now = end;
    await new Promise((resolve) => setImmediate(resolve));
  };

  page.see();
  expect(asked).toEqual([]);
  await advance(3_000);
  expect([asked, news.value]).toEqual([[3_000], 'failing']);
  page.see();
  await advance(59_999);
  expect(asked).toHaveLength(1);
  page.state = 'healthy';
  await advance(1);
  expect([asked, news.value]).toEqual([[3_000, 63_000], null]);

  page.isWorthIt = false;
  await advance(200_000);
  expect(asked).toHaveLength(2);
  page.isWorthIt = true;
  page.state = 'burning';
  page.see();
  page.see();
  await advance(0);
  expect([asked.length, news.value]).toEqual([3, 'failing']);
  page.isUp = false;
  await advance(120_000);
  expect(news.value).toBeNull();
});
