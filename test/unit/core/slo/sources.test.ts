import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORGET_SOURCE_AFTER_MS, Sources } from '../../../../worker/core/slo/sources.ts';

describe('the flushes of isolates', () => {
  it('are never taken twice, whatever their order, and no new one within 32 numbers is refused', () => {
    const arrivals = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(80)), { maxLength: 200 });
    fc.assert(
      fc.property(arrivals, fc.nat(200), (flushes, restartAt) => {
        let sources = new Sources();
        const journal: [string, number][] = [];
        const taken = new Set<string>();
        const high = new Map<string, number>();
        flushes.forEach(([source, seq], index) => {
          if (index === restartAt) {
            sources = new Sources();
            for (const row of journal) sources.take(...row, index);
          }
          const isTaken = sources.take(source, seq, index);
          const highest = high.get(source) ?? seq;
          if (taken.has(`${source} ${seq}`)) expect(isTaken).toBe(false);
          else if (seq >= highest - 32) expect(isTaken).toBe(true);
          else expect(isTaken).toBe(false);
          if (isTaken) {
            taken.add(`${source} ${seq}`);
            journal.push([source, seq]);
          }
          high.set(source, Math.max(highest, seq));
        });
      }),
    );
  });

  it('are forgotten a quarter of an hour after the last one', () => {
    const sources = new Sources();
    for (const source of ['one', 'two', 'three']) sources.take(source, 0, 0);
    sources.take('two', 1, 1);
    sources.take('four', 0, FORGET_SOURCE_AFTER_MS);
    expect(sources.count).toBe(2);
    expect(sources.take('two', 1, FORGET_SOURCE_AFTER_MS)).toBe(false);
  });
});
