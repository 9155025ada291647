import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../../worker/core/ledger/messages.ts';
import { LedgerInMemory } from './support/ledger-in-memory.ts';
import { ask, idAt, NOON, want } from './support/messages.ts';

const figure = fc.nat({ max: 12 });
const parts = fc.record({
  spent: figure,
  spentTokens: figure,
  freed: figure,
  freedTokens: figure,
  parallel: figure,
  done: fc.boolean(),
  estimated: fc.boolean(),
});
type Parts = typeof parts extends fc.Arbitrary<infer One> ? One : never;

const NOTHING: Parts = {
  spent: 0,
  spentTokens: 0,
  freed: 0,
  freedTokens: 0,
  parallel: 0,
  done: false,
  estimated: false,
};
const LEASE = idAt(NOON);
const reportOf = ({ spent, spentTokens, freed, freedTokens, parallel, done, estimated }: Parts): Report => ({
  leaseId: LEASE,
  spent: { microUsd: spent, tokens: spentTokens },
  freed: { microUsd: freed, tokens: freedTokens, parallel },
  done,
  ...(estimated && { estimated }),
});

/** The tables after these reports on a lease of 10. */
function told(reports: readonly Report[], inOneCall = false): LedgerInMemory {
  const ledger = new LedgerInMemory(NOON);
  ledger.grant(ask(LEASE, 0, { wants: [want(10, { tokens: 10, parallel: 10 })] }));
  if (inOneCall) ledger.report(...reports);
  else for (const one of reports) ledger.report(one);
  return ledger;
}

/** Any report twice, or any two in either order, leaves the same rows (ledger rule 6). */
describe('reports', () => {
  const order = fc.array(parts, { minLength: 1, maxLength: 6 }).chain((all) =>
    fc.record({
      all: fc.constant(all),
      shuffled: fc.shuffledSubarray(all, { minLength: all.length }),
      again: fc.subarray(all),
    }),
  );

  it('in any order, repeated, in one call or in many, leave the same rows', () => {
    fc.assert(
      fc.property(order, ({ all, shuffled, again }) => {
        const { tables } = told(all.map(reportOf));
        expect(told([...shuffled, ...again].map(reportOf)).tables.text()).toBe(tables.text());
        expect(told(shuffled.map(reportOf), true).tables.text()).toBe(tables.text());
      }),
      { numRuns: 1_500 },
    );
  });

  it('write one row where they change something, none where not; several in one call one row', () => {
    fc.assert(
      fc.property(order, ({ all, again }) => {
        const ledger = told(all.map(reportOf));
        const { rowsWritten } = ledger.tables;
        for (const one of again) ledger.report(reportOf(one));
        expect(ledger.tables.rowsWritten).toBe(rowsWritten);
        expect(told(all.map(reportOf), true).tables.rowsWritten).toBeLessThanOrEqual(2);
      }),
      { numRuns: 500 },
    );
  });

  it('that are estimated once stay so: the larger figure may be the bound', () => {
    const [bound, exact] = [
      { ...NOTHING, spent: 9, estimated: true },
      { ...NOTHING, spent: 4, done: true },
    ].map(reportOf);
    for (const reports of [
      [bound, exact],
      [exact, bound],
    ] as Report[][]) {
      expect(told(reports).tables.load().leases).toMatchObject([
        { spent: { microUsd: 9 }, done: true, estimated: true },
      ]);
    }
    expect(told([exact as Report]).tables.load().leases).toMatchObject([{ done: true, estimated: false }]);
  });

  it('that are malformed are refused by name and change nothing', () => {
    const ledger = told([]);
    const good = reportOf({ ...NOTHING, spent: 1 });
    const bad: Report[] = [
      { ...good, leaseId: 'lease-1' },
      { ...good, spent: { microUsd: -1, tokens: 0 } },
      { ...good, spent: { microUsd: 0.5, tokens: 0 } },
      { ...good, spent: { microUsd: 2 ** 53, tokens: 0 } },
      { ...good, freed: { microUsd: Number.NaN, tokens: 0, parallel: 0 } },
      { ...good, leaseId: idAt(NOON), done: true, scopes: [] },
      { ...good, leaseId: idAt(NOON), done: true, scopes: ['user:'] },
    ];
    expect(new Set(ledger.report(...bad))).toEqual(new Set(['invalid']));
    expect(ledger.tables.rowsWritten).toBe(1);
  });

  it('are at most 64 in a call', () => {
    const one = reportOf({ ...NOTHING, spent: 1 });
    const replies = told([]).report(...Array.from({ length: 65 }, () => one));
    expect([replies[63], replies[64]]).toEqual(['applied', 'invalid']);
  });
});
