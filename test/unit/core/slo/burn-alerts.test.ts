import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { burnAlerts, errorBudget, fastestBurn } from '../../../../worker/core/slo/burn-alerts.ts';
import { BURN_WINDOWS, OBJECTIVE_WINDOWS } from '../../../../worker/core/slo/windows.ts';

const DAY_MS = 86_400_000;
const ratesOf = (target: number, days: number) =>
  burnAlerts({ target, windowMs: days * DAY_MS }).map(({ burnRate }) => burnRate);

it.each([
  [99.5, 30, [14.4, 6, 3, 1]],
  [99.5, 60, [28.8, 12, 6, 2]],
  [99.5, 7, [3.36, 1.4, 1, 1]],
  [99.5, 1, [1, 1, 1]],
  [95, 30, [14.4, 6, 3, 1]],
  [93, 30, [0.8 / 0.07, 6, 3, 1]],
  [50, 30, [1.6, 1.6, 1.6, 1]],
  [10, 30, [1, 1, 1, 1]],
  [100, 30, []],
])('a target of %d %% over %d days', (target, days, rates) => {
  expect(ratesOf(target, days)).toEqual(rates.map((rate) => expect.closeTo(rate, 9)));
});

test('the error budget has no floating-point noise', () => {
  expect([99.9, 99.5, 99, 95, 57, 100].map(errorBudget)).toEqual([0.001, 0.005, 0.01, 0.05, 0.43, 0]);
});

test('every alert can fire, and none fires while the budget lasts', () => {
  const target = fc.double({ min: 1, max: 99.99, noNaN: true });
  fc.assert(
    fc.property(target, fc.constantFrom(...Object.values(OBJECTIVE_WINDOWS)), (percent, windowMs) => {
      for (const { burnRate, wantedBurnRate, long, short } of burnAlerts({ target: percent, windowMs })) {
        expect(burnRate).toBeGreaterThanOrEqual(1);
        expect(burnRate).toBeLessThan(fastestBurn({ target: percent }));
        expect(burnRate).toBeLessThanOrEqual(wantedBurnRate);
        expect(BURN_WINDOWS[short]).toBeLessThan(BURN_WINDOWS[long]);
        expect(BURN_WINDOWS[long]).toBeLessThanOrEqual(windowMs);
      }
    }),
  );
});
