import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dayOf, monthOf } from '../../../../worker/core/ledger/time.ts';
import { drillCaps, LONGEST_DRILL_MINUTES } from '../../../../worker/core/operators/drill.ts';

const MINUTE = 60_000;

it('the caps of all the days and months that a drill touches let it spend no more than it may', () => {
  const drills = fc.record({
    startedAt: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 11, 31) }),
    minutes: fc.integer({ min: 1, max: LONGEST_DRILL_MINUTES }),
    maxCostUsd: fc.double({ min: 1e-6, max: 1_000, noNaN: true }),
  });
  fc.assert(
    fc.property(drills, ({ startedAt, minutes, maxCostUsd }) => {
      const until = startedAt + minutes * MINUTE;
      const { dailyMicroUsd, monthlyMicroUsd } = drillCaps({ startedAt, until, maxCostUsd });
      // The last request is admitted before `until`.
      const days = new Map([startedAt, until - 1].map((at) => [dayOf(at), monthOf(at)]));
      const months = [...new Set(days.values())];
      const most = months.reduce((sum, month) => {
        const daysOfMonth = [...days.values()].filter((one) => one === month).length;
        return sum + Math.min(monthlyMicroUsd ?? Infinity, daysOfMonth * (dailyMicroUsd ?? Infinity));
      }, 0);
      expect(most).toBeLessThanOrEqual(maxCostUsd * 1e6);
      // All of it, except what rounding takes.
      expect(most).toBeGreaterThan(maxCostUsd * 1e6 - 2);
    }),
  );
});
