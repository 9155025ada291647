import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sources } from '../../../../worker/core/slo/sources.ts';

const HOUR = 3_600_000;

describe('the flushes of isolates', () => {
  it('are never taken twice, in whatever order they come; within 32 numbers none is refused that was not taken', () => {
    const arrivals = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(80)), { maxLength: 200 });
    fc.assert(
      fc.property(arrivals, fc.nat(200), (flushes, restartAt) => {
        let sources = new Sources();
        const taken = new Set<string>();
        const high = new Map<string, number>();
        flushes.forEach(([source, seq], index) => {
          if (index === restartAt) sources = new Sources(JSON.parse(JSON.stringify(sources.all())));
          const isTaken = sources.take(source, seq, index);
          const highest = high.get(source) ?? seq;
          if (taken.has(`${source} ${seq}`)) expect(isTaken).toBe(false);
          else if (seq >= highest - 32) expect(isTaken).toBe(true);
          else expect(isTaken).toBe(false);
          if (isTaken) taken.add(`${source} ${seq}`);
          high.set(source, Math.max(highest, seq));
        });
      }),
    );
  });

  it('are forgotten an hour after the last one, or for newer isolates where there are very many', () => {
    const sources = new Sources();
    sources.take('old', 0, 0);
    sources.take('new', 0, HOUR);
    expect(sources.all().map(([source]) => source)).toEqual(['new']);
    for (let index = 0; index < 6_000; index++) sources.take(`one of many ${index}`, 0, HOUR + 1);
    expect(sources.all()).toHaveLength(5_000);
    expect(sources.take('one of many 5999', 0, HOUR + 2)).toBe(false);
  });
});
