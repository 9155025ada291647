/** An objective over time, beside a recount of every request. */
import { describe, expect, it, test } from 'vitest';
import { objectiveHistory } from '../../../../worker/core/slo/objective-history.ts';
import { reportOf } from '../../../../worker/core/slo/report.ts';
import { ASKED_WINDOWS } from '../../../../worker/core/slo/windows.ts';
import { record } from './book/support/records.ts';
import { bookOf, DAY_MS, FAILED, HOUR_MS, MINUTE_MS, NOW, SUCCESS, type Written } from './support/reports.ts';

const WRITTEN: Written = { objectives: [SUCCESS] };
/** Every 17 minutes for 70 days one request, every ninth of them bad, more of them in an outage. */
const REQUESTS = Array.from({ length: Math.floor((70 * DAY_MS) / (17 * MINUTE_MS)) }, (_, index) => {
  const agoMs = index * 17 * MINUTE_MS + 1_000;
  const isOutage = agoMs > 9 * DAY_MS && agoMs < 9.5 * DAY_MS;
  return { at: NOW - agoMs, isBad: index % (isOutage ? 2 : 9) === 0 };
}).toReversed();

const { book, settings } = bookOf(WRITTEN, []);
for (const { at, isBad } of REQUESTS) book.add(record({ arrivedAt: at, ...(isBad && FAILED) }), at);
const [objective] = settings.objectives;
const historyOf = (windowMs?: number, now = NOW) => {
  if (objective === undefined) throw new Error('no objective');
  return objectiveHistory(objective, book, settings, { windowMs }, [], now);
};
const between = (from: number, to: number) => {
  const inside = REQUESTS.filter(({ at }) => at >= from && at < to);
  return { total: inside.length, good: inside.filter(({ isBad }) => !isBad).length };
};

describe.each(Object.entries(ASKED_WINDOWS))('over %s', (_, windowMs) => {
  const { points, widthMs, from, to } = historyOf(windowMs);

  it('has at most 240 cells without gaps, the last of which is still running', () => {
    expect(points.length).toBeLessThanOrEqual(240);
    expect([points[0]?.at, to]).toEqual([from, NOW]);
    expect(points.every(({ at }, index) => at === from + index * widthMs)).toBe(true);
    const end = from + points.length * widthMs;
    expect(end > NOW && end <= NOW + widthMs && end - from >= windowMs).toBe(true);
  });

  it('counts each request in its cell', () => {
    for (const { at, good, total, value } of points) {
      const counted = between(at, at + widthMs);
      expect({ good, total }).toEqual(counted);
      expect(value).toBe(total === 0 ? null : good / total);
    }
  });
});

test('the budget that was left is that of the window that ended with the cell', () => {
  const { points, widthMs } = historyOf(30 * DAY_MS);
  for (const { at, budgetRemaining } of points.slice(0, -1)) {
    const end = at + widthMs;
    const { good, total } = between(end - 30 * DAY_MS, end);
    // Older requests are left in cells of half a day.
    expect(budgetRemaining).toBeCloseTo(1 - (1 - good / total) / 0.01, 0);
  }
});

test.each([0, 7 * MINUTE_MS, 5 * HOUR_MS])('the last cell says the same as the report, %i ms later', (later) => {
  const now = NOW + later;
  const last = historyOf(undefined, now).points.at(-1);
  expect(last?.budgetRemaining).toBe(reportOf(book, settings, {}, now).objectives[0]?.errorBudgetRemaining);
});

test('a time without requests is a gap', () => {
  const quiet = historyOf(DAY_MS, NOW + 2 * DAY_MS);
  expect(quiet.points.map(({ value }) => value)).toEqual(quiet.points.map(() => null));
  expect(quiet.points.every(({ budgetRemaining }) => budgetRemaining !== null)).toBe(true);
  expect(historyOf(DAY_MS, NOW + 99 * DAY_MS).points.every(({ budgetRemaining }) => budgetRemaining === null)).toBe(
    true,
  );
});
