import { afterAll, afterEach, expect, test } from 'vitest';
import { startTravelBench } from './support/bench.ts';
import { contentOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { listen, toldOf } from './support/travel-page.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

test('on a full disk answers pass through whole, the page is told once, and what fits is still kept', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context);
  const session = await context.newCDPSession(page);
  // Before the first write: Chromium remembers an origin's quota for half a minute. The worker's script takes some of it.
  const { length } = await (await fetch(`${bench.routerUrl}/sw.js`)).text();
  const quotaSize = length + 120_000;
  await session.send('Storage.overrideQuotaForOrigin', { origin: bench.line.origin, quotaSize });
  await bench.travel(page, { person: 'ana' });
  await listen(page);
  const large = ['a', 'b'].map((letter) => letter.repeat(80_000));
  for (const [index, prompt] of large.entries())
    expect(contentOf(await bench.ask(page, { prompt }))).toBe(answerTo(prompt, index + 1));
  await bench.ask(page, { prompt: 'Small?' });
  expect(await toldOf(page, 'full')).toEqual([null]);
  expect(await page.evaluate(() => travel.usage())).toMatchObject({ answers: 1 });
  await bench.line.down();
  const kept = await bench.ask(page, { prompt: 'Small?' });
  expect([kept.headers['x-carryon-travel'], contentOf(kept)]).toEqual(['stale', answerTo('Small?', 3)]);
});
