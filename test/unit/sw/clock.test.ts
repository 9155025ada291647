import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clockOffsetMs } from '../../../sw/core/clock.ts';
import { connectionOf } from '../../../sw/core/connection.ts';

/** An answer with this round trip, on a device whose clock is this far behind the router's. */
function exchange(offset: number, routerAt: number, thereMs: number, backMs: number) {
  const localAt = routerAt - offset;
  const date = new Date(Math.floor(routerAt / 1_000) * 1_000).toUTCString();
  return { sentAt: localAt - thereMs, receivedAt: localAt + backMs, date };
}

it('the offset comes within a second and the time of the way, and one that fits stays', () => {
  const ms = fc.integer({ min: -1e9, max: 1e9 });
  const way = fc.integer({ min: 0, max: 60_000 });
  const at = fc.integer({ min: 1_700_000_000_000, max: 2_000_000_000_000 });
  fc.assert(
    fc.property(ms, ms, at, way, way, (known, offset, routerAt, there, back) => {
      const told = clockOffsetMs(known, exchange(offset, routerAt, there, back));
      expect(Math.abs(told - offset)).toBeLessThanOrEqual(there + back + 1_000);
      // A correct offset is never made wrong, however slow an answer is.
      expect(clockOffsetMs(offset, exchange(offset, routerAt, there, back))).toBe(offset);
      // Never further away than before.
      expect(Math.abs(told - offset)).toBeLessThanOrEqual(Math.abs(known - offset));
      expect(clockOffsetMs(told, exchange(offset, routerAt, there, back))).toBe(told);
    }),
    { numRuns: 1_000 },
  );
});

it.each([
  ['no date', null],
  ['no time', 'yesterday'],
])('an answer with %s says nothing', (_, date) => {
  expect(clockOffsetMs(7, { sentAt: 1, receivedAt: 2, date })).toBe(7);
});

it('a clock that was set back meanwhile says nothing', () => {
  expect(clockOffsetMs(7, { sentAt: 10, receivedAt: 2, date: new Date(0).toUTCString() })).toBe(7);
});

it.each([
  [true, true, 'online'],
  [false, true, 'online'],
  [true, false, 'unreachable'],
  [false, false, 'offline'],
])('flag %s, reached %s: %s', (isOnline, isReached, connection) => {
  expect(connectionOf({ isOnline, isReached })).toBe(connection);
});
