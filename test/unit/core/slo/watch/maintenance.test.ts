/** During planned maintenance, silence is not reported. */
import { expect, test } from 'vitest';
import { Book } from '../../../../../worker/core/slo/book/book.ts';
import { watch } from '../../../../../worker/core/slo/watch/watch.ts';
import { EMPTY_WATCH_STATE } from '../../../../../worker/core/slo/watch/watch-state.ts';
import { record } from '../book/support/records.ts';
import { sloFor } from '../support/slo-for.ts';

const [MINUTE_MS, HOUR_MS, WEEK_MS] = [60_000, 3_600_000, 7 * 86_400_000];
const TEN = Date.UTC(2027, 4, 10, 10);
const limits = { tenants: new Map(), features: new Map([['chat', { limits: {} }]]) };
/** From 11:00 on, for three hours. */
const WINDOW = { from: HOUR_MS, to: 4 * HOUR_MS };

interface Day {
  /** Minutes after ten in which requests come; last week they came until 18:00. */
  comes: (minute: number) => boolean;
  window?: { from: number; to: number };
}

/** What is told from 10:00 to 17:00, looking only when a look is due; and how many looks that took while the window was open. */
function told({ comes, window }: Day) {
  const windows = window && [
    {
      ...{ from: new Date(TEN + window.from).toISOString(), to: new Date(TEN + window.to).toISOString() },
      ...{ reason: 'a new database', announcedAt: new Date(TEN - WEEK_MS).toISOString() },
    },
  ];
  const slo = sloFor(['chat'], { noDataAfter: '30m', maintenance: { mostMinutes: 180, windows: windows ?? [] } });
  const book = new Book({ slo, features: new Set(['chat']) });
  const add = (at: number) => {
    for (let index = 0; index < 20; index++) book.add(record({ arrivedAt: at, tenant: 'acme', feature: 'chat' }), at);
  };
  for (let minute = 0; minute < 480; minute++) add(TEN - WEEK_MS + minute * MINUTE_MS);
  const notices: string[] = [];
  let [state, dueAt, looksInWindow]: [typeof EMPTY_WATCH_STATE, number | null, number] = [EMPTY_WATCH_STATE, TEN, 0];
  for (let minute = 0; minute < 420; minute++) {
    const at = TEN + minute * MINUTE_MS;
    if (comes(minute)) {
      add(at);
      dueAt = Math.min(dueAt ?? at + MINUTE_MS, at + MINUTE_MS);
    }
    if (dueAt === null || at + MINUTE_MS < dueAt) continue;
    const step = watch(state, { book, slo, limits }, at + MINUTE_MS);
    [state, dueAt] = [step.state, step.nextLookAt];
    if (at > TEN + WINDOW.from + HOUR_MS && at < TEN + WINDOW.to - MINUTE_MS) looksInWindow += 1;
    const time = new Date(at + MINUTE_MS).toISOString().slice(11, 16);
    notices.push(...step.notices.map(({ type, subject }) => `${time} ${type} ${subject}`));
  }
  return { notices, looksInWindow };
}

const THROUGHPUT = 'threshold/throughput/10m/ticket';
const untilEleven = (minute: number): boolean => minute < 60;

test('without a window, silence is reported if last week was busy', () => {
  expect(told({ comes: untilEleven }).notices).toEqual([
    `11:14 slo.threshold ${THROUGHPUT}`,
    '11:29 slo.no_data no_data/all',
  ]);
});

test('silence within a window is not reported, then or later, if requests come again, and no look is due each minute', () => {
  const comesAgain = (minute: number) => untilEleven(minute) || minute >= 240;
  expect(told({ comes: comesAgain, window: WINDOW })).toEqual({ notices: [], looksInWindow: 0 });
});

test('silence that lasts after a window is reported, counted from the window’s end', () => {
  expect(told({ comes: untilEleven, window: WINDOW }).notices).toEqual([
    `14:20 slo.threshold ${THROUGHPUT}`,
    '14:30 slo.no_data no_data/all',
  ]);
});

test('an alert that fired before a window does not end because the window begins', () => {
  const untilTwentyPastTen = (minute: number) => minute < 20 || minute === 300;
  const { notices } = told({ comes: untilTwentyPastTen, window: WINDOW });
  expect(notices.slice(0, 2)).toEqual([`10:34 slo.threshold ${THROUGHPUT}`, '10:49 slo.no_data no_data/all']);
  expect(notices.slice(2)).toEqual(['15:01 slo.recovered no_data/all', '15:30 slo.no_data no_data/all']);
});
