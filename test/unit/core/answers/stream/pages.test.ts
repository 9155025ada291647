import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '../../../../../worker/core/answers/stream/events.ts';
import { PAGE_AGE_MS, PAGE_BYTES, PART_UNITS } from '../../../../../worker/core/answers/stream/limits.ts';
import { isPageDue, pagesOf, readPages } from '../../../../../worker/core/answers/stream/pages.ts';

const head = { model: 'é\n' };
const wellFormed = fc.string({ unit: 'binary', maxLength: 300 }).map((text) => text.replaceAll('\u0000', ''));
const events = fc
  .array(
    fc.record({
      data: wellFormed,
      openData: fc.option(wellFormed, { nil: undefined }),
      kind: fc.constantFrom('chunk' as const, 'usage' as const, 'completion' as const),
    }),
    { maxLength: 20 },
  )
  .map((all) =>
    all.map(
      ({ openData, ...event }, index): AnswerEvent => ({
        id: index + 1,
        ...event,
        ...(openData !== undefined && { openData }),
      }),
    ),
  );

describe('pages', () => {
  it('give back what was put in, whatever its text', () => {
    fc.assert(
      fc.property(events, fc.boolean(), (events, hasHead) => {
        const pages = pagesOf(events, hasHead ? head : null);
        expect(pages.length).toBe(events.length > 0 || hasHead ? 1 : 0);
        const read = readPages(pages.map(({ text }) => text).join(''));
        expect(read).toEqual({ head: hasHead ? head : null, events, isOpenEnded: false });
      }),
    );
  });

  it('split what is too long for a row, never in the middle of a character', () => {
    const long = `x${'😀'.repeat(PART_UNITS)}`;
    const events: AnswerEvent[] = [
      { id: 1, kind: 'chunk', data: 'short' },
      { id: 2, kind: 'completion', data: long, openData: `${long}!` },
      { id: 3, kind: 'usage', data: 'last' },
    ];
    const pages = pagesOf(events, head);
    expect(pages.map(({ lastId }) => lastId)).toEqual([2, 2, 3]);
    const stored = pages.map(({ text }) => new TextDecoder().decode(new TextEncoder().encode(text)));
    for (const text of stored) expect(new TextEncoder().encode(text).length).toBeLessThan(2_000_000);
    expect(readPages(stored[0] ?? '').isOpenEnded).toBe(true);
    expect(readPages(stored.join(''))).toEqual({ head, events, isOpenEnded: false });
  });

  it.each([
    [PAGE_BYTES, 0, true],
    [PAGE_BYTES - 1, PAGE_AGE_MS - 1, false],
    [1, PAGE_AGE_MS, true],
  ])('%i bytes, %i ms old: due is %s', (bytes, age, due) => {
    expect(isPageDue(bytes, 1_000, 1_000 + age)).toBe(due);
  });
});
