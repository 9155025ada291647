/** Two people on one browser: neither ever sees the other's answers or outbox. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startTravelBench } from './support/bench.ts';
import { isChat } from './support/line.ts';
import { answerText, lookAt, outages, questionOf, questions, queue, untilState } from './support/outbox.ts';
import { contentOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { listen, toldOf, untilTold } from './support/travel-page.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const travelHeader = async (page: Page, prompt: string) =>
  (await bench.ask(page, { prompt })).headers['x-carryon-travel'];

describe.each(outages(bench))('with $name', (outage) => {
  test('one after the other in a tab: the former is out of reach at once, and comes back with the name', async () => {
    const context = await bench.newContext();
    const page = await bench.openPage(context, { person: 'ana' });
    await bench.ask(page, { prompt: 'Why?' });
    await outage.begin(context);
    const id = await queue(bench, page, 'Queued?');
    await bench.travel(page, { person: 'bo' });
    expect(await travelHeader(page, 'Why?')).toBe('offline');
    expect([await questions(page), await answerText(page, id)]).toEqual([[], undefined]);
    expect(await page.evaluate((one) => travel.cancel(one), id)).toBe(false);
    expect(await page.evaluate((one) => travel.sendNow(one), id)).toBeUndefined();
    expect(await page.evaluate(() => travel.usage())).toEqual({ answers: 0, bytes: 0, queued: 0 });
    await bench.travel(page, { person: null });
    expect(await travelHeader(page, 'Why?')).toBe('offline');
    await bench.travel(page, { person: 'bo' });
    const own = await queue(bench, page, 'Mine?');
    await outage.end(context);
    await lookAt(page);
    await untilState(page, own, 'answered');
    expect(bench.provider.calls).toEqual(['Why?', 'Mine?']);
    await bench.travel(page, { person: 'ana' });
    await untilState(page, id, 'answered');
    expect(await questionOf(page, own)).toBeUndefined();
    await outage.begin(context);
    const kept = await bench.ask(page, { prompt: 'Why?' });
    expect([kept.headers['x-carryon-travel'], contentOf(kept)]).toEqual(['stale', answerTo('Why?', 1)]);
    expect(await travelHeader(page, 'Mine?')).toBe('offline');
    expect(bench.provider.calls).toEqual(['Why?', 'Mine?', 'Queued?']);
  });

  test('in two tabs at once: each has its own, is told of its own, and is asked for by its own token', async () => {
    const context = await bench.newContext();
    const tokens = { ana: await bench.token('ana'), bo: await bench.token('bo') };
    const ana = await bench.openPage(context, { person: 'ana', credential: tokens.ana });
    const bo = await bench.openPage(context, { person: 'bo', credential: tokens.bo });
    for (const page of [ana, bo]) await listen(page);
    await bench.ask(ana, { prompt: 'Why?' });
    expect(contentOf(await bench.ask(bo, { prompt: 'Why?' }))).toBe(answerTo('Why?', 2));
    await outage.begin(context);
    const kept = [
      contentOf(await bench.ask(ana, { prompt: 'Why?' })),
      contentOf(await bench.ask(bo, { prompt: 'Why?' })),
    ];
    expect(kept).toEqual([answerTo('Why?', 1), answerTo('Why?', 2)]);
    const ids = { ana: await queue(bench, ana, 'Same?'), bo: await queue(bench, bo, 'Same?') };
    expect(ids.ana).not.toBe(ids.bo);
    expect((await questions(ana)).map(({ id }) => id)).toEqual([ids.ana]);
    expect((await questions(bo)).map(({ id }) => id)).toEqual([ids.bo]);
    await outage.end(context);
    await Promise.all([untilState(ana, ids.ana, 'answered'), untilState(bo, ids.bo, 'answered')]);
    expect(bench.provider.calls).toEqual(['Why?', 'Why?', 'Same?', 'Same?']);
    const sent = bench.line.seen
      .filter(isChat)
      .map(({ headers }) => [headers['idempotency-key'], headers.authorization]);
    expect(sent).toEqual(
      expect.arrayContaining([
        [ids.ana, `Bearer ${tokens.ana}`],
        [ids.bo, `Bearer ${tokens.bo}`],
      ]),
    );
    const visitors = bench.line.seen.filter(isChat).map(({ headers }) => headers['x-carryon-visitor']);
    expect(new Set(visitors).size).toBe(2);
    for (const [page, id] of [
      [ana, ids.ana],
      [bo, ids.bo],
    ] as const) {
      await untilTold(page, 'answered');
      expect(await toldOf(page, 'answered')).toEqual([{ id }]);
    }
    expect(await answerText(ana, ids.bo)).toBeUndefined();
    expect(await answerText(bo, ids.ana)).toBeUndefined();
  });
});
