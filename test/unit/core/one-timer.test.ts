import { describe, expect, it } from 'vitest';
import { OneTimer } from '../../../worker/core/one-timer.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';

describe('the waits of one request', () => {
  const made = () => {
    const clock = new TestClock();
    const waits = new OneTimer(clock);
    const fired: [string, number][] = [];
    const wait = (name: string, ms: number) => waits.after(ms, () => fired.push([name, clock.now() - START]));
    return { clock, waits, fired, wait };
  };

  it('share one timer, and each comes at its own time', async () => {
    const { clock, waits, fired, wait } = made();
    wait('body', 10_000)();
    await clock.advance(200);
    wait('answer', 30_000);
    expect(clock.made).toBe(1);
    await clock.advance(40_000);
    expect(fired).toEqual([['answer', 30_200]]);
    waits.end();
    expect(clock.pending).toBe(0);
  });

  it('one that is due sooner than the timer that is left is not late', async () => {
    const { clock, fired, wait } = made();
    wait('body', 10_000)();
    wait('answer', 500)();
    wait('next', 400);
    await clock.advance(1_000);
    expect(fired).toEqual([['next', 400]]);
    expect(clock.pending).toBe(0);
  });

  it('two at the same time both come, and one called off does not', async () => {
    const { clock, fired, wait } = made();
    wait('one', 300);
    const callOff = wait('two', 100);
    wait('three', 200);
    callOff();
    await clock.advance(1_000);
    expect(fired).toEqual([
      ['three', 200],
      ['one', 300],
    ]);
  });

  it('calling off an old wait does not end a new one, and time that is over comes at once', async () => {
    const { clock, fired, wait } = made();
    const callOff = wait('old', 100);
    await clock.advance(100);
    wait('new', -5);
    callOff();
    await clock.advance(0);
    expect(fired).toEqual([
      ['old', 100],
      ['new', 100],
    ]);
  });

  it('nothing comes after the end', async () => {
    const { clock, waits, fired, wait } = made();
    wait('answer', 100);
    waits.end();
    await clock.advance(1_000);
    expect(fired).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
