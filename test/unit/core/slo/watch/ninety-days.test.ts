/** 90 simulated days of several kinds: every alert comes at the very minute that a naive reference says, and no other comes. */
import { expect, test } from 'vitest';
import { Book } from '../../../../../worker/core/slo/book/book.ts';
import { watch } from '../../../../../worker/core/slo/watch/watch.ts';
import { EMPTY_WATCH_STATE } from '../../../../../worker/core/slo/watch/watch-state.ts';
import { failed, record } from '../book/support/records.ts';
import { sloFor } from '../support/slo-for.ts';
import { type Ended, toldOf } from './reference.ts';

const MINUTE_MS = 60_000;
/** A Monday, at midnight UTC. */
const START = Date.UTC(2027, 0, 4);
const SLO = sloFor(['chat'], {
  objectives: [
    { name: 'chat-success', sli: 'success', feature: 'chat', target: 99.5 },
    { name: 'chat-ttft', sli: 'ttft', feature: 'chat', under: '2.5s', target: 95 },
  ],
});
const limits = { tenants: new Map(), features: new Map([['chat', { limits: {} }]]) };

/** The same numbers in each run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** What is wrong from one minute to another; `share`: of requests, from the beginning to the end. */
interface Trouble {
  kind: 'outage' | 'decay' | 'slow' | 'tenant' | 'fewer' | 'silence';
  from: number;
  to: number;
  share: number;
}

const LENGTHS: Record<Trouble['kind'], [least: number, most: number]> = {
  ...{ outage: [2, 120], decay: [360, 2_880], slow: [5, 120] },
  ...{ tenant: [5, 120], fewer: [20, 120], silence: [120, 400] },
};

function troubles(minutes: number, random: () => number): Trouble[] {
  const kinds = Object.keys(LENGTHS) as Trouble['kind'][];
  const all: Trouble[] = [];
  for (let from = 300; from < minutes; from += 60 + Math.floor(random() * 2_000)) {
    const kind = kinds[Math.floor(random() * kinds.length)] ?? 'outage';
    const [least, most] = LENGTHS[kind];
    const to = from + least + Math.floor(random() ** 2 * (most - least));
    all.push({ kind, from, to, share: kind === 'decay' ? 0.05 * random() : 0.2 + 0.8 * random() });
  }
  return all;
}

/** Requests in the order in which they end: by day up to ten a minute, at night one in five minutes. */
function requestsOf(minutes: number, random: () => number): Ended[] {
  const all: Ended[] = [];
  const list = troubles(minutes, random);
  for (let minute = 0; minute < minutes; minute++) {
    const now = list.filter(({ from, to }) => minute >= from && minute < to);
    const of = (kind: Trouble['kind']) => now.find((one) => one.kind === kind);
    const hour = (minute / 60) % 24;
    const isWeekend = Math.floor(minute / 1_440) % 7 > 4;
    const rate = hour < 6 ? 0.2 : (isWeekend ? 3 : 10) * Math.sin(((hour - 6) / 18) * Math.PI);
    const kept = of('silence') ? 0 : 1 - (of('fewer')?.share ?? 0);
    const count = Math.floor(rate * kept * (0.7 + 0.6 * random()) + random());
    const decay = of('decay');
    const grown = decay ? (decay.share * (minute - decay.from)) / (decay.to - decay.from) : 0;
    const burst = random() < 0.0005 ? 0.9 : 0;
    const badShare = Math.max(of('outage')?.share ?? 0, grown, burst, 0.0015);
    const times = Array.from({ length: count }, () => Math.floor(random() * MINUTE_MS)).sort(
      (one, other) => one - other,
    );
    for (const time of times) {
      const tenant = random() < 0.6 ? 'acme' : 'globex';
      const own = tenant === 'globex' ? (of('tenant')?.share ?? 0) : 0;
      const isBad = random() < Math.max(badShare, own);
      all.push({
        at: START + minute * MINUTE_MS + time,
        tenant,
        isBad,
        isSlow: random() < (of('slow')?.share ?? 0.01),
      });
    }
  }
  return all;
}

/** What the watch tells, looking only when a look is due. */
function watched(requests: readonly Ended[], minutes: number, random: () => number): string[] {
  const book = new Book({ slo: SLO, features: new Set(['chat']) });
  const told: string[] = [];
  let [state, due, next] = [EMPTY_WATCH_STATE, Number.POSITIVE_INFINITY, 0];
  for (let minute = 1; minute <= minutes; minute++) {
    const now = START + minute * MINUTE_MS;
    while (next < requests.length && (requests[next]?.at ?? 0) < now) {
      const { at, tenant, isBad, isSlow } = requests[next++] as Ended;
      const made = isBad ? FAILED : isSlow ? SLOW : FINE;
      book.add({ ...made, tenant, arrivedAt: at }, at);
      due = Math.min(due, now);
    }
    if (now < due) continue;
    const step = watch(state, { book, slo: SLO, limits }, now);
    due = step.nextLookAt ?? Number.POSITIVE_INFINITY;
    // As after a restart.
    state = random() < 0.05 ? JSON.parse(JSON.stringify(step.state)) : step.state;
    for (const { type, subject } of step.notices)
      told.push(`${minute} ${type === 'slo.recovered' ? 'ends' : 'begins'} ${subject}`);
  }
  return told;
}

const FINE = record();
const SLOW = record({ ttftMs: 4_000, totalMs: 5_000 });
const FAILED = failed();

const seen: string[] = [];

test.each([
  [1, 30],
  [2, 30],
  [3, 30],
])('seed %d, %d days', { timeout: 120_000 }, (seed, days) => {
  const minutes = days * 1_440;
  const requests = requestsOf(minutes, randomFrom(seed));
  const right = toldOf(requests, START, minutes);
  const told = watched(requests, minutes, randomFrom(seed + 100));
  expect(told.toSorted()).toEqual(right.toSorted());
  seen.push(...right);
});

test.each([
  ...[
    'begins burn/chat-success/1h',
    'begins burn/chat-ttft/',
    'ends burn/',
    'chat-ttft/15m/page',
    'chat-success/1h/incident',
  ],
  ...['begins threshold/throughput/10m', 'begins no_data/all', 'ends no_data/all'],
])('the days had %s', (part) => {
  expect(seen.filter((one) => one.includes(part)).length).toBeGreaterThan(0);
});
