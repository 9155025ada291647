import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nowMs } from '../../../bench/clock.ts';
import { runOnSchedule } from '../../../bench/load/run-on-schedule.ts';
import { dueTimesMs, seededRandom } from '../../../bench/load/schedule.ts';

describe('dueTimesMs', () => {
  it('has one request in every interval, in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer(),
        (rate, seconds, seed) => {
          const due = dueTimesMs(rate, seconds, seededRandom(seed));
          expect(due).toHaveLength(rate * seconds);
          const intervalMs = 1000 / rate;
          expect(due.every((dueMs, slot) => dueMs >= slot * intervalMs && dueMs < (slot + 1) * intervalMs)).toBe(true);
        },
      ),
    );
  });

  it('is the same for both subjects of a round, another in the next round', () => {
    const round = (seed: number) => [...dueTimesMs(100, 1, seededRandom(seed))];
    expect(round(1)).toEqual(round(1));
    expect(round(1)).not.toEqual(round(2));
  });
});

describe('runOnSchedule', () => {
  it('starts each when it is due, however long the earlier ones take', async () => {
    const started: number[] = [];
    const due = Float64Array.from([0, 2, 4, 30]);
    const beganAtMs = nowMs();
    const latenessMs = await runOnSchedule(due, (index, dueAtMs) => {
      started.push(index);
      expect(nowMs()).toBeGreaterThanOrEqual(dueAtMs);
    });
    expect(started).toEqual([0, 1, 2, 3]);
    expect(nowMs() - beganAtMs).toBeGreaterThanOrEqual(30);
    expect(Math.min(...latenessMs)).toBeGreaterThanOrEqual(0);
  });

  it('measures from when a request was due, not from when it could be sent', async () => {
    const lateMs: number[] = [];
    const latenessMs = await runOnSchedule(Float64Array.from([0, 1]), (index, dueAtMs) => {
      if (index === 0) {
        const busyUntilMs = nowMs() + 10;
        while (nowMs() < busyUntilMs);
      }
      lateMs.push(nowMs() - dueAtMs);
    });
    expect(lateMs[1]).toBeGreaterThanOrEqual(8);
    expect(latenessMs[1]).toBeGreaterThanOrEqual(8);
  });
});
