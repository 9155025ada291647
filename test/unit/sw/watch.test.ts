import { expect, it } from 'vitest';
import { HOLD_EVENT_MS, holdEvent } from '../../../sw/watch.ts';
import { quickPlatform } from './quick-platform.ts';

it('an event is held for as long as its work takes, but no browser has to end it', async () => {
  const platform = quickPlatform();
  const begin = platform.now();
  expect(await holdEvent(platform, Promise.resolve('done'))).toBe('done');
  await expect(holdEvent(platform, Promise.reject(new RangeError('a bug')))).rejects.toThrow('a bug');
  expect(await holdEvent(platform, new Promise(() => {}))).toBe('silent');
  expect(platform.now() - begin).toBe(HOLD_EVENT_MS);
  expect(HOLD_EVENT_MS).toBeLessThan(5 * 60_000);
});
