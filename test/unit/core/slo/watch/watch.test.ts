import { expect, test } from 'vitest';
import type { Notice } from '../../../../../worker/core/alerts/notice.ts';
import { Book } from '../../../../../worker/core/slo/book/book.ts';
import type { RequestRecord } from '../../../../../worker/core/slo/record.ts';
import { watch } from '../../../../../worker/core/slo/watch/watch.ts';
import { EMPTY_WATCH_STATE, type WatchState } from '../../../../../worker/core/slo/watch/watch-state.ts';
import { failed, record } from '../book/support/records.ts';
import { sloFor } from '../support/slo-for.ts';

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];
const START = Date.UTC(2027, 4, 16, 12);
const SUCCESS = { name: 'chat-success', sli: 'success', feature: 'chat', target: 99.5 } as const;
const limits = { tenants: new Map(), features: new Map() };
const SLO = sloFor(['chat'], { objectives: [{ ...SUCCESS, alerts: [] }] });

/** What is told of `minutes` minutes with `perMinute` requests each, of which so many fail. */
function watched(minutes: number, perMinute: number, failing: (minute: number) => number, slo = SLO) {
  const book = new Book({ slo, features: new Set(['chat']) });
  const looks: { minute: number; notices: Notice[]; state: WatchState; next: number | null }[] = [];
  let state = EMPTY_WATCH_STATE;
  for (let minute = 0; minute < minutes; minute++) {
    const bad = failing(minute);
    for (let index = 0; index < perMinute; index++) {
      const at = START + minute * MINUTE_MS + Math.floor((index * MINUTE_MS) / perMinute);
      const made: RequestRecord = (index < bad ? failed : record)({ arrivedAt: at, tenant: 'acme' });
      book.add(made, at);
    }
    const step = watch(state, { book, slo, limits }, START + (minute + 1) * MINUTE_MS);
    state = JSON.parse(JSON.stringify(step.state));
    looks.push({ minute: minute + 1, notices: step.notices, state, next: step.nextLookAt });
  }
  return looks;
}

const toldOf = (looks: ReturnType<typeof watched>) =>
  looks.flatMap(({ minute, notices }) => notices.map(({ type, subject }) => `${minute} ${type} ${subject}`));

test('an outage is reported once for each pair of windows, and all of them end together', () => {
  const looks = watched(600, 20, (minute) => (minute >= 120 && minute < 150 ? 20 : 0));
  expect(toldOf(looks)).toEqual([
    '121 slo.burning burn/chat-success/3d',
    '122 slo.burning burn/chat-success/1d',
    '124 slo.burning burn/chat-success/6h',
    '125 slo.burning burn/chat-success/1h',
    ...['1h', '6h', '1d', '3d'].map((pair) => `509 slo.recovered burn/chat-success/${pair}`),
  ]);
  const notices = looks.flatMap((look) => look.notices);
  expect(notices.find(({ severity }) => severity === 'page')).toMatchObject({
    text: 'Success of chat burns its error budget 6.5 times too fast over six hours: 3.2 % of requests fail, most at deployment one. It touches tenant acme.',
  });
  expect(notices.at(-1)?.text).toBe(
    'Success of chat no longer burns its error budget too fast over three days. It lasted six hours and 28 minutes.',
  );
});

test('four errors page nobody', () => {
  const told = toldOf(watched(120, 1, (minute) => (minute % 20 === 0 && minute < 80 ? 1 : 0)));
  expect(told.filter((one) => one.endsWith('h'))).toEqual([]);
});

test('looks are due each minute until an hour after the last request', () => {
  const slo = SLO;
  const book = new Book({ slo, features: new Set(['chat']) });
  expect(watch(EMPTY_WATCH_STATE, { book, slo, limits }, START).nextLookAt).toBeNull();
  book.add(record({ arrivedAt: START }), START);
  expect(watch(EMPTY_WATCH_STATE, { book, slo, limits }, START + HOUR_MS - 1).nextLookAt).toBe(START + HOUR_MS);
  expect(watch(EMPTY_WATCH_STATE, { book, slo, limits }, START + HOUR_MS).nextLookAt).toBeNull();
});
