import { expect, test } from 'vitest';
import type { Condition } from '../../../../../worker/core/slo/watch/condition.ts';
import { MOST_REMEMBERED, watchStep } from '../../../../../worker/core/slo/watch/step.ts';
import { EMPTY_WATCH_STATE } from '../../../../../worker/core/slo/watch/watch-state.ts';
import { sloFor } from '../support/slo-for.ts';

const MINUTE_MS = 60_000;
const START = Date.UTC(2027, 4, 16, 12);
const SLO = sloFor(['chat'], { objectives: [{ name: 'g-success', sli: 'success', target: 99 }] });

/** Success of a feature, or of a tenant within it, misses its target. */
const missed = (feature: string, tenant: string | null = null, isCovered = tenant !== null): Condition => {
  const name = `threshold/${feature}-success/5m/page${tenant === null ? '' : `/tenant:${tenant}`}`;
  return {
    ...{ name, group: name, type: 'slo.threshold', severity: 'page', objective: `${feature}-success`, feature, tenant },
    ...{ burnRate: null, forMs: 5 * MINUTE_MS, isCovered, endText: 'It is over.' },
    tell: () => ({ text: 'It holds.', data: {} }),
  };
};

const tenants = Array.from({ length: 200 }, (_, index) => `t${index}`);

/** What is told of ten minutes in which these hold. */
function told(conditions: readonly Condition[]): string[] {
  let state = EMPTY_WATCH_STATE;
  return Array.from({ length: 10 }, (_, minute) => {
    const step = watchStep(state, conditions, SLO, START + minute * MINUTE_MS);
    state = JSON.parse(JSON.stringify(step.state));
    const remembered = Object.keys({ ...state.pending, ...state.firing }).length;
    expect(remembered).toBeLessThanOrEqual(MOST_REMEMBERED);
    return step.notices.map(({ subject }) => subject);
  }).flat();
}

test('an outage for all tenants of many features is reported for each feature', () => {
  const features = Array.from({ length: 12 }, (_, index) => `f${index}`);
  const all = features.flatMap((feature) => [missed(feature), ...tenants.map((tenant) => missed(feature, tenant))]);
  expect(told(all)).toEqual(features.map((feature) => `threshold/${feature}-success/5m/page`));
});

test('alerts about a thousand tenants do not keep a wider alert from being sent', () => {
  const features = ['a', 'b', 'c', 'd', 'e', 'f'];
  const single = features.flatMap((feature) => tenants.map((tenant) => missed(feature, tenant, false)));
  expect(told([...single, missed('g')])).toContain('threshold/g-success/5m/page');
});

test('a promise that a deploy has removed is not reported as recovered', () => {
  const ends = ['g', 'gone'].map((feature) => {
    let state = EMPTY_WATCH_STATE;
    const at = (minute: number, conditions: readonly Condition[]) => {
      const step = watchStep(state, conditions, SLO, START + minute * MINUTE_MS);
      state = step.state;
      return step.notices;
    };
    for (let minute = 0; minute <= 5; minute++) at(minute, [missed(feature)]);
    return [6, 11].flatMap((minute) => at(minute, [])).map(({ text }) => text);
  });
  expect(ends).toEqual([
    [expect.stringMatching(/^It is over\./)],
    [expect.stringMatching(/^gone-success is not promised any more, so nothing watches it\./)],
  ]);
});
