import { expect, it } from 'vitest';
import { HOLD_EVENT_MS, held } from '../../../sw/watch.ts';
import { quickRim } from './quick-rim.ts';

it('an event is held for as long as its work takes, but no browser has to end it', async () => {
  const rim = quickRim();
  const begin = rim.now();
  expect(await held(rim, Promise.resolve('done'))).toBe('done');
  await expect(held(rim, Promise.reject(new RangeError('a bug')))).rejects.toThrow('a bug');
  expect(await held(rim, new Promise(() => {}))).toBe('silent');
  expect(rim.now() - begin).toBe(HOLD_EVENT_MS);
  expect(HOLD_EVENT_MS).toBeLessThan(5 * 60_000);
});
