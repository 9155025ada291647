/** Anybody may ask for `GET /slo` as often as they like: the book, which counts everything, must not notice. */
import { describe, expect, it } from 'vitest';
import type { SloReport } from '../../../worker/core/slo/report.ts';
import { SloReports } from '../../../worker/stores/slo-reports.ts';
import { TestClock } from '../pipeline/support/clock.ts';

const REPORT = { service: 'Carryon' } as SloReport;

function asked(answer: (clock: TestClock) => Promise<SloReport>) {
  const clock = new TestClock();
  const book = { calls: 0, answer };
  const reports = new SloReports({
    clock,
    drills: async () => [],
    report: () => {
      book.calls++;
      return book.answer(clock);
    },
  });
  const crowd = async (ms: number) => {
    const all = Promise.all(Array.from({ length: 100 }, () => reports.recent(undefined)));
    for (let passed = 0; passed < ms; passed += 50) await clock.advance(50);
    return new Set((await all).map((recent) => recent?.report));
  };
  return { clock, book, crowd, reports };
}

const after = (ms: number) => (clock: TestClock) =>
  new Promise<SloReport>((resolve) => void clock.after(ms, () => resolve(REPORT)));

describe('a crowd of readers', () => {
  it('asks once while the book is slow', async () => {
    const { book, crowd } = asked(after(1_000));
    expect(await crowd(2_000)).toEqual(new Set([REPORT]));
    expect(book.calls).toBe(1);
  });

  it.each<[string, (clock: TestClock) => Promise<SloReport>, number]>([
    ['fails', () => Promise.reject(new Error('reset')), 100],
    ['hangs', () => new Promise(() => {}), 4_000],
  ])('asks once a second while the book %s, and again when it is back', async (_name, answer, ms) => {
    const { clock, book, crowd } = asked(answer);
    expect(await crowd(ms)).toEqual(new Set([undefined]));
    expect(book.calls).toBe(1);
    book.answer = async () => REPORT;
    await clock.advance(1_000);
    expect(await crowd(100)).toEqual(new Set([REPORT]));
    expect(book.calls).toBe(2);
  });

  it('asks for each window by itself', async () => {
    const { clock, book, reports } = asked(async () => REPORT);
    const all = Promise.all([reports.recent(undefined), reports.recent(3_600_000), reports.recent(undefined)]);
    await clock.advance(50);
    await all;
    expect(book.calls).toBe(2);
  });
});
