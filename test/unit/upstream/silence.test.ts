import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Silence } from '../../../worker/upstream/silence.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';

function silence() {
  const clock = new TestClock();
  let expiredAt: number | undefined;
  const silence = new Silence(clock, () => {
    expiredAt = clock.now();
  });
  return { clock, silence, expiredAt: () => expiredAt };
}

describe('a deadline that moves', () => {
  it('expires at the last time it was moved to, once, wherever it was before', async () => {
    const moves = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 51, max: 400 })), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(moves, async (moves) => {
        const { clock, silence: one, expiredAt } = silence();
        let at = 0;
        for (const [afterMs, forMs] of moves) {
          await clock.advance(afterMs);
          at = clock.now() + forMs;
          one.until(at);
          expect(one.expired).toBe(false);
        }
        await clock.advance(at - clock.now() - 1);
        expect(expiredAt()).toBeUndefined();
        await clock.advance(1);
        expect(expiredAt()).toBe(at);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('costs a handful of timers for a thousand moves', async () => {
    const { clock, silence: one } = silence();
    for (let chunk = 0; chunk < 1_000; chunk++) {
      one.until(clock.now() + 15_000);
      one.until(START + 600_000);
      await clock.advance(20);
    }
    expect(clock.made).toBeLessThan(12);
    expect(one.expired).toBe(false);
  });

  it('stops, leaves no timer, and can be set again', async () => {
    const { clock, silence: one, expiredAt } = silence();
    one.until(START + 100);
    one.stop();
    expect(clock.pending).toBe(0);
    await clock.advance(1_000);
    expect(one.expired).toBe(false);
    one.until(START + 1_500);
    await clock.advance(500);
    expect(expiredAt()).toBe(START + 1_500);
  });

  it('that has passed already expires at once', async () => {
    const { clock, silence: one } = silence();
    one.until(START - 10);
    await clock.advance(0);
    expect(one.expired).toBe(true);
  });
});
