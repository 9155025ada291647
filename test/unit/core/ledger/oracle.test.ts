import fc from 'fast-check';
import { describe, test } from 'vitest';
import { Both } from './support/both.ts';
import { BEGINNINGS, command } from './support/commands.ts';

/**
 * docs/ledger.md "What holds" and "How it is tested", over arbitrary interleavings of asks,
 * reports, limits, corrections, clocks that leap and step back, folds, deaths and failed writes.
 */
describe('whatever happens, the ledger says what the plainest reading of the protocol says', () => {
  test.each(BEGINNINGS.map((ms) => [new Date(ms).toISOString(), ms]))(
    'from %s on',
    (_, startsAt) => {
      fc.assert(
        fc.property(fc.array(command, { minLength: 5, maxLength: 60, size: 'max' }), (commands) => {
          const both = new Both(startsAt);
          for (const one of commands) {
            both.run(one);
            both.compare();
          }
          both.compareRows();
        }),
        { numRuns: 800 },
      );
    },
    60_000,
  );
});
