import fc from 'fast-check';
import { expect, it } from 'vitest';
import { timeOfUuidV7, uuidV7, uuidV7Of } from '../../../../protocol/uuid-v7.ts';
import { dueItems, newWheel, schedule, unschedule } from '../../../../worker/core/ledger/book/wheel.ts';

it('a UUIDv7 holds its time, version and variant, whatever the chance', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 2 ** 47 }),
      fc.uint8Array({ minLength: 10, maxLength: 10 }),
      fc.uuid({ version: 4 }),
      (ms, bytes, random) => {
        for (const id of [uuidV7(ms, bytes), uuidV7Of(ms, random)]) {
          expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
          expect(timeOfUuidV7(id)).toBe(ms);
        }
      },
    ),
  );
});

it('RFC 9562’s own example', () => {
  expect(timeOfUuidV7('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(0x017f22e279b0);
});

it.each([
  '',
  'x',
  '017f22e2-79b0-4cc3-98c4-dc0c0c07398f',
  '017f22e2-79b0-7cc3-18c4-dc0c0c07398f',
  '017F22E2-79B0-7CC3-98C4-DC0C0C07398F',
])('"%s" is not a UUIDv7', (text) => {
  expect(timeOfUuidV7(text)).toBeUndefined();
});

it('a wheel gives what is due, once its time has come, however time moves', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 500 }), { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 120 })),
      (times, steps) => {
        const wheel = newWheel<{ dueAt: number }>();
        const items = times.map((time) => ({ dueAt: time + 1 }));
        for (const item of items) schedule(wheel, item);
        for (const item of items.filter((_, index) => index % 5 === 0)) unschedule(wheel, item);
        let waiting = items.filter((_, index) => index % 5 !== 0);
        let now = 0;
        for (const step of steps) {
          now += step;
          const due = dueItems(wheel, now);
          const expected = waiting.filter(({ dueAt }) => dueAt <= now);
          expect(new Set(due)).toEqual(new Set(expected));
          expect(due).toHaveLength(expected.length);
          for (const item of due) unschedule(wheel, item);
          waiting = waiting.filter(({ dueAt }) => dueAt > now);
        }
      },
    ),
  );
});
