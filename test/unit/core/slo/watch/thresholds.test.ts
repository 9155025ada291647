/** Plain thresholds one by one: when they hold, which scope they name, and that a little of anything is not reported. */
import { expect, test } from 'vitest';
import type { Notice } from '../../../../../worker/core/alerts/notice.ts';
import type { ConfigInput } from '../../../../../worker/core/config/schema.ts';
import { Book } from '../../../../../worker/core/slo/book/book.ts';
import type { RateLimits } from '../../../../../worker/core/slo/metrics/rate-saturation.ts';
import type { RequestRecord } from '../../../../../worker/core/slo/record.ts';
import { watch } from '../../../../../worker/core/slo/watch/watch.ts';
import { EMPTY_WATCH_STATE } from '../../../../../worker/core/slo/watch/watch-state.ts';
import { failed, record } from '../book/support/records.ts';
import { sloFor } from '../support/slo-for.ts';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
const START = Date.UTC(2027, 4, 10);
type Alert = NonNullable<NonNullable<ConfigInput['slo']>['alerts']>[number];
type Minute = (minute: number) => readonly [count: number, more: Partial<RequestRecord>][];

interface World {
  alerts?: Alert[];
  limits?: RateLimits;
  minutes?: number;
  runbooks?: Record<string, string>;
}

const NO_LIMITS: RateLimits = {
  tenants: new Map(),
  features: new Map([
    ['chat', { limits: {} }],
    ['search', { limits: {} }],
  ]),
};

/** What is told of these minutes, each with so many requests of each kind. */
function told(
  of: Minute,
  { alerts, limits = NO_LIMITS, minutes = 60, runbooks = {} }: World = {},
): (Notice & { minute: number })[] {
  const slo = sloFor(['chat', 'search'], {
    objectives: [
      { name: 'chat-success', sli: 'success', feature: 'chat', target: 99.5 },
      { name: 'chat-ttft', sli: 'ttft', feature: 'chat', under: '2.5s', target: 95 },
    ],
    averages: [{ name: 'chat-cost', feature: 'chat', averageUsd: 0.01 }],
    runbooks,
    ...(alerts && { alerts }),
  });
  const book = new Book({ slo, features: new Set(['chat', 'search']) });
  const all: (Notice & { minute: number })[] = [];
  let state = EMPTY_WATCH_STATE;
  for (let minute = 0; minute < minutes; minute++) {
    const at = START + minute * MINUTE_MS + 30_000;
    for (const [count, more] of of(minute))
      for (let index = 0; index < count; index++) book.add(record({ arrivedAt: at, tenant: 'acme', ...more }), at);
    const step = watch(state, { book, slo, limits }, at + 30_000);
    state = step.state;
    all.push(...step.notices.map((notice) => ({ ...notice, minute: minute + 1 })));
  }
  return all;
}

const names = (notices: ReturnType<typeof told>): string[] =>
  notices
    .filter(({ subject }) => !subject.startsWith('burn/'))
    .map(({ minute, type, subject }) => `${minute} ${type === 'slo.recovered' ? 'ends' : 'begins'} ${subject}`);
const { arrivedAt: _, tenant: __, ...FAILED } = failed();
const SLOW = { ttftMs: 4_000 };

test('an outage: a page after five minutes, an incident after an hour, both over after five quiet minutes', () => {
  const notices = told((minute) => [[20, minute < 70 ? FAILED : {}]], {
    minutes: 90,
    runbooks: { '*': 'https://w.example/x' },
  });
  expect(names(notices)).toEqual([
    '6 begins threshold/chat-success/5m/page',
    '61 begins threshold/chat-success/1h/incident',
    '80 ends threshold/chat-success/5m/page',
    '80 ends threshold/chat-success/1h/incident',
  ]);
  expect(notices.find(({ minute, type }) => minute === 6 && type === 'slo.threshold')).toMatchObject({
    text: 'Success of chat misses its target of 99.5 %: over the last five minutes 100 % of requests fail, most at deployment one. It touches tenant acme. This has held since 00:01 UTC.',
    runbook: 'https://w.example/x',
    data: { tenants: ['acme'], deployment: 'one', badShare: 1, bad: 100, total: 100 },
  });
});

test('slow answers: a page after 15 minutes', () => {
  const notices = told(
    () => [
      [18, {}],
      [2, SLOW],
    ],
    { minutes: 25 },
  );
  expect(names(notices)).toEqual(['18 begins threshold/chat-ttft/15m/page']);
});

test('a tenant has an alert of its own if all requests together are well, and its notice names no other tenant and no deployment', () => {
  const notices = told(
    () => [
      [990, {}],
      [10, { tenant: 'globex', ...SLOW }],
    ],
    { minutes: 20 },
  );
  expect(names(notices)).toEqual(['16 begins threshold/chat-ttft/15m/page/tenant:globex']);
  expect(notices.at(-1)).toMatchObject({ tenant: 'globex', data: { tenants: ['globex'], deployment: null } });
  expect(
    names(
      told(
        () => [
          [20, {}],
          [10, { tenant: 'globex', ...SLOW }],
        ],
        { minutes: 20 },
      ),
    ),
  ).toEqual(['16 begins threshold/chat-ttft/15m/page']);
});

test('an average that is too high, of many requests', () => {
  const dear = { costMicroUsd: 20_000 };
  expect(names(told(() => [[5, dear]], { minutes: 20 }))).toContain('19 begins threshold/chat-cost/15m/page');
  expect(names(told(() => [[3, dear]], { minutes: 40 }))).toEqual([]);
  expect(
    names(
      told(
        (minute) => [
          [9, {}],
          [1, { costMicroUsd: minute === 20 ? 5_000_000 : 1_000 }],
        ],
        { minutes: 40 },
      ),
    ),
  ).toEqual([]);
});

test('a budget that is spent too early, until the month ends', () => {
  const limits: RateLimits = { ...NO_LIMITS, tenants: new Map([['acme', { limits: { monthlyMicroUsd: 1_000_000 } }]]) };
  const notices = told((minute) => [[1, { costMicroUsd: minute < 9 ? 100_000 : 0 }]], { limits, minutes: 30 });
  expect(names(notices)).toEqual(['9 begins threshold/spend/ticket/tenant:acme']);
  expect(notices[0]?.text).toBe("Tenant acme has spent 90 % of the month's budget by day 10: $0.9 of $1.00.");
  expect(
    names(
      told(() => [[1, { costMicroUsd: 900_000 }]], {
        limits,
        alerts: [{ sli: 'spend', byDay: 9, severity: 'ticket' }],
      }),
    ),
  ).toEqual([]);
});

test('a rate limit that is nearly used up for five minutes, unless the limit is tiny', () => {
  const limitsOf = (rps: number): RateLimits => ({ ...NO_LIMITS, tenants: new Map([['acme', { limits: { rps } }]]) });
  expect(names(told(() => [[58, {}]], { limits: limitsOf(1), minutes: 12 }))).toEqual([
    '6 begins threshold/rate/5m/note/tenant:acme',
  ]);
  expect(names(told(() => [[50, {}]], { limits: limitsOf(1), minutes: 12 }))).toEqual([]);
  expect(names(told(() => [[2, {}]], { limits: limitsOf(0.01), minutes: 12 }))).toEqual([]);
});

test('limits that an operator has set replace config’s in the watch, field by field', () => {
  const config = { monthlyMicroUsd: 1_000_000, rps: 10 };
  const world = (set: NonNullable<RateLimits['set']>): World => ({
    limits: { ...NO_LIMITS, tenants: new Map([['acme', { limits: config }]]), set },
    minutes: 12,
  });
  const traffic: Minute = () => [[58, { feature: 'chat', costMicroUsd: 1_000 }]];
  const byTenant = '9 begins threshold/spend/ticket/tenant:acme';
  expect(names(told(traffic, world({})))).toEqual([]);
  expect(names(told(traffic, world({ acme: { tenant: { monthlyMicroUsd: 600_000 } } })))).toEqual([byTenant]);
  expect(names(told(traffic, world({ acme: { tenant: { rps: 1 } } })))).toEqual([
    '6 begins threshold/rate/5m/note/tenant:acme',
  ]);
  expect(names(told(traffic, world({ acme: { 'feature:chat': { monthlyMicroUsd: 600_000 } } })))).toEqual([
    '9 begins threshold/spend/feature:chat/ticket/tenant:acme',
  ]);
  expect(names(told(traffic, world({ globex: { tenant: { rps: 1 } } })))).toEqual([]);
});

test('requests that providers begin to reject', () => {
  const rejected = { ...FAILED, code: 'provider_rejected' } as const;
  expect(
    names(
      told(
        (minute) => [
          [20, {}],
          [minute < 20 ? 0 : 3, rejected],
        ],
        { minutes: 40 },
      ),
    ),
  ).toEqual(['34 begins threshold/rejected/10m/ticket']);
  expect(names(told((minute) => [[1, minute % 10 === 0 ? rejected : {}]], { minutes: 60 }))).toEqual([]);
});

test('one error among ten requests at night pages nobody, nor do four at once', () => {
  expect(
    told((minute) => [[1, minute === 5 ? FAILED : {}]], { minutes: 120 }).filter(({ severity }) => severity === 'page'),
  ).toEqual([]);
  expect(
    told(
      (minute) => [
        [1, {}],
        [minute === 30 ? 4 : 0, FAILED],
      ],
      { minutes: 120 },
    ).filter(({ severity }) => severity === 'page'),
  ).toEqual([]);
});

test('a value close to its limit is reported once', () => {
  const notices = told((minute) => [[20, minute % 4 === 3 && minute > 10 ? {} : FAILED]], {
    minutes: 60,
    alerts: [{ sli: 'success', below: 30, for: '2m', severity: 'ticket' }],
  });
  expect(names(notices).length).toBe(1);
});

test('silence is reported if last week was busy then, but not in the first week or in a quiet night', () => {
  const book = new Book({ slo: sloFor(['chat']), features: new Set(['chat']) });
  const slo = sloFor(['chat']);
  const busy = (day: number): number => START + day * DAY_MS + 10 * 3_600_000;
  for (const day of [0, 7]) {
    for (let minute = 0; minute < 240; minute++) {
      const at = busy(day) + minute * MINUTE_MS;
      if (day === 0 || minute < 60) book.add(record({ arrivedAt: at, tenant: 'acme' }), at);
    }
  }
  const last = busy(7) + 59 * MINUTE_MS;
  const look = (minutes: number) =>
    watch(EMPTY_WATCH_STATE, { book, slo, limits: NO_LIMITS }, last + minutes * MINUTE_MS);
  expect(look(119).notices).toEqual([]);
  expect(look(119).nextLookAt).toBe(last + 120 * MINUTE_MS);
  expect(look(120).notices.map(({ type, severity, text }) => [type, severity, text])).toEqual([
    [
      'slo.no_data',
      'note',
      expect.stringMatching(
        /^All requests: no request has come for two hours; in the same two hours a week ago there were \d+\./,
      ),
    ],
  ]);
  expect(look(24 * 60).notices).toEqual([]);
  const fresh = new Book({ slo, features: new Set(['chat']) });
  fresh.add(record({ arrivedAt: START }), START);
  expect(watch(EMPTY_WATCH_STATE, { book: fresh, slo, limits: NO_LIMITS }, START + DAY_MS)).toMatchObject({
    notices: [],
    nextLookAt: null,
  });
});

test('with alerts: [] there is no alert', () => {
  expect(names(told(() => [[20, FAILED]], { alerts: [] }))).toEqual([]);
});
