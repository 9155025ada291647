import { expect, it } from 'vitest';
import type { Judge } from '../../../worker/core/slo/judge/judge.ts';
import { JudgeStore } from '../../../worker/stores/judge-store.ts';
import { TestClock } from '../pipeline/support/clock.ts';

it('requests that the runtime ended while they were judged do not keep others from it for ever', async () => {
  const clock = new TestClock();
  const store = new JudgeStore({ judge: {} as Judge, clock, opinion: async () => 'taken' });
  const enter = () => store.enter({});
  expect(Array.from({ length: 21 }, enter)).toEqual([...Array.from({ length: 20 }, () => true), false]);
  await clock.advance(29_999);
  expect(enter()).toBe(false);
  await clock.advance(1);
  expect(enter()).toBe(true);
  expect(store.dropped).toBe(20);
});
