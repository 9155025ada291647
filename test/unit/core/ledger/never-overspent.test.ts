import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BEGINNINGS } from './support/commands.ts';
import { happening, World } from './support/world.ts';

/**
 * docs/ledger.md "What holds": holders of single leases and of slices that give up, die, come back, free and report late, over a network
 * that loses, delays and reorders messages, with caps that change and a ledger that dies. It depends on no holder's clock.
 */
it('what providers may bill is booked, in every scope and period; at rest everything is booked to the micro-USD', () => {
  let grants = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...BEGINNINGS),
      fc.array(happening, { minLength: 10, maxLength: 80, size: 'max' }),
      (startsAt, happenings) => {
        const world = new World(startsAt);
        for (const one of happenings) {
          world.happens(one);
          world.check();
        }
        world.comesToRest();
        world.check();
        grants += world.grants;
      },
    ),
    { numRuns: 6_000 },
  );
  // Each world really tested something: several grants.
  expect(grants).toBeGreaterThan(6_000);
});
