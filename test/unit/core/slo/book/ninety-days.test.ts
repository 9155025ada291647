/** 90 days at 20 requests a second, against sums over each single second. */
import { beforeAll, describe, expect, test } from 'vitest';
import { layoutsOf } from '../../../../../worker/core/slo/book/layout.ts';
import { counterNames, Series } from '../../../../../worker/core/slo/book/series.ts';
import { EXCLUDED_REASONS } from '../../../../../worker/core/slo/rules.ts';

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
const DAYS = 90;
const SECONDS = DAYS * DAY;
/** A midnight by UTC. */
const START = 20_000 * DAY;
const PER_SECOND = 20;
const WINDOWS = {
  ...{ '5m': 5 * MINUTE, '30m': 30 * MINUTE, '1h': HOUR, '2h': 2 * HOUR, '6h': 6 * HOUR },
  ...{ '1d': DAY, '3d': 3 * DAY, '7d': 7 * DAY, '14d': 14 * DAY, '28d': 28 * DAY, '30d': 30 * DAY, '60d': 60 * DAY },
};
const SUCCESS = counterNames('success');

/** The same numbers in each run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Bad and all requests of each second and those before it. */
interface Reference {
  bad: Uint32Array;
  total: Uint32Array;
}

/** Traffic follows the day; every half day or so something breaks, for 2 to 90 minutes and 2 to 100 % of requests. */
function simulate(series: Series): Reference {
  const random = randomFrom(18);
  const bad = new Uint32Array(SECONDS + 1);
  const total = new Uint32Array(SECONDS + 1);
  let badShare = 0.002;
  let until = 0;
  for (let second = 0; second < SECONDS; second++) {
    if (second >= until) {
      const isBroken = badShare === 0.002 && second > 0;
      badShare = isBroken ? 0.02 + 0.98 * random() ** 3 : 0.002;
      until = second + (isBroken ? 2 * MINUTE + 88 * MINUTE * random() ** 3 : DAY * random());
    }
    const busy = 1 + Math.sin((second / DAY) * 2 * Math.PI) * 0.8;
    const count = Math.round(PER_SECOND * busy * (0.5 + random()));
    const failed = Math.min(count, Math.floor(count * badShare + random()));
    bad[second + 1] = (bad[second] ?? 0) + failed;
    total[second + 1] = (total[second] ?? 0) + count;
    series.moveTo((START + second) * 1_000 + 500);
    series.count(SUCCESS, 'good', count - failed);
    if (failed > 0) series.count(SUCCESS, 'bad', failed);
    checks.get(second + 1)?.();
  }
  return { bad, total };
}

const checks = new Map<number, () => void>();
const series = new Series(layoutsOf(400), false);
let reference: Reference;
const seen: { window: string; second: number; ratio: number }[] = [];

beforeAll(() => {
  const random = randomFrom(7);
  for (let check = 0; check < 2_000; check++) {
    const second = DAY + Math.floor(random() * (SECONDS - DAY));
    checks.set(second, () => {
      for (const [window, length] of Object.entries(WINDOWS)) {
        if (length > second) continue;
        const { good, bad } = series.window('success', length * 1_000, (START + second) * 1_000);
        seen.push({ window, second, ratio: good / (good + bad) });
      }
    });
  }
  reference = simulate(series);
});

function trueRatio(from: number, to: number): number {
  const bad = (reference.bad[to] ?? 0) - (reference.bad[from] ?? 0);
  return 1 - bad / ((reference.total[to] ?? 0) - (reference.total[from] ?? 0));
}

describe('after 90 days', () => {
  test.each(Object.entries(WINDOWS))('the ratio of %s is within 0.5 % at each of 2,000 moments', (name, length) => {
    const own = seen.filter(({ window }) => window === name);
    const errors = own.map(({ second, ratio }) => Math.abs(ratio - trueRatio(second - length, second)));
    expect(own.length).toBeGreaterThan(500);
    expect(Math.max(...errors)).toBeLessThan(0.005);
  });

  test('every calendar day is exact', () => {
    for (let day = 0; day < DAYS; day++) {
      const from = (START + day * DAY) * 1_000;
      const { good, bad } = series.days('success', from, from + DAY * 1_000);
      expect(bad / (good + bad)).toBeCloseTo(1 - trueRatio(day * DAY, (day + 1) * DAY), 12);
    }
  });

  test('the counters of the promise are at most 16 KB of text, and give the same when they are loaded', () => {
    const text = series.save();
    expect(text.length).toBeLessThan(16 * 1_024);
    const again = new Series(layoutsOf(400), false);
    again.load(text, () => true);
    expect(again.save()).toBe(text);
  });
});

test('the counters of 400 days at 2,000 requests a second, 1 % bad and 1 % excluded for each reason, are at most 16 KB of text', () => {
  const busy = new Series(layoutsOf(400), false);
  for (let second = 0; second < 400 * DAY; second += second > 399 * DAY ? 5 : 1_200) {
    const count = second > 399 * DAY ? 10_000 : 2_400_000;
    busy.moveTo((START + second) * 1_000);
    busy.count(SUCCESS, 'good', count * 0.99);
    busy.count(SUCCESS, 'bad', count * 0.01);
    for (const reason of EXCLUDED_REASONS) busy.count(SUCCESS, reason, count * 0.01);
  }
  const text = busy.save();
  expect(text.length).toBeGreaterThan(8 * 1_024);
  expect(text.length).toBeLessThan(16 * 1_024);
});
