/** What gathered in an isolate and came in one call is answered and booked as if it had come one by one. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { grant } from '../../../../worker/core/ledger/book/grant.ts';
import { reportAll } from '../../../../worker/core/ledger/book/report.ts';
import type { LeaseRequest, LedgerReplies, Report } from '../../../../worker/core/ledger/messages.ts';
import type { Limits, Scope } from '../../../../worker/core/ledger/types.ts';
import { LedgerInMemory } from './support/ledger-in-memory.ts';
import { ask, done, idAt, MINUTE, NOON, SECOND, want } from './support/messages.ts';

const SCOPES: readonly Scope[] = ['tenant', 'user:ana', 'user:bob'];
const PERIODS = ['2026-11', '2026-11-21'];

/** As `TenantLedger.exchange` does it: one turn, and one save. */
const together = (ledger: LedgerInMemory, reports: readonly Report[], asks: readonly LeaseRequest[]): LedgerReplies =>
  ledger.turn((book, now) => ({
    reports: reportAll(book, reports, now),
    grants: asks.map((one) => grant(book, one, now)),
  }));

const limits: fc.Arbitrary<Partial<Limits>> = fc.constantFrom(
  { monthlyMicroUsd: 60 },
  { monthlyMicroUsd: 1_000_000 },
  { rps: 5, burst: 20 },
  { parallel: 12, tpm: 90 },
  {},
);

const round = fc.record({
  afterMs: fc.constantFrom(0, 3, 400, 6 * SECOND, 2 * MINUTE),
  isKilled: fc.boolean(),
  asks: fc.array(
    fc.record({
      user: fc.constantFrom<Scope[]>('user:ana', 'user:bob'),
      microUsd: fc.nat({ max: 9 }),
      requests: fc.constantFrom(1, 1, 1, 4),
      /** The same ask again, which a client sent twice. */
      isRepeated: fc.constantFrom(false, false, false, true),
    }),
    { maxLength: 12 },
  ),
  /** Which of the leases so far are reported, and as what. */
  reports: fc.array(fc.record({ lease: fc.nat({ max: 40 }), spent: fc.nat({ max: 12 }) }), { maxLength: 12 }),
});

it.each([
  ['a new ledger', 0],
  ['one that folds meanwhile', 300],
])('%s', (_, leasesBefore) => {
  const numRuns = leasesBefore === 0 ? 150 : 25;
  fc.assert(
    fc.property(limits, limits, fc.array(round, { maxLength: 12 }), (ofTenant, ofUser, rounds) => {
      const [gathered, single] = [new LedgerInMemory(NOON), new LedgerInMemory(NOON)];
      for (let lease = 0; lease < leasesBefore; lease++) {
        const id = idAt(NOON);
        for (const ledger of [gathered, single]) {
          ledger.grant(ask(id, 0));
          ledger.report(done(id, 0));
        }
      }
      const ids: string[] = [];
      for (const { afterMs, isKilled, asks, reports } of rounds) {
        for (const ledger of [gathered, single]) ledger.clockMs += afterMs;
        if (isKilled) gathered.kill();
        const reported = reports.flatMap(({ lease, spent }) => {
          const id = ids[lease];
          return id === undefined ? [] : [done(id, spent)];
        });
        const asked = asks.flatMap(({ user, microUsd, requests, isRepeated }) => {
          const id = idAt(gathered.clockMs);
          ids.push(id);
          const wants = [want(microUsd * requests, { requests, parallel: requests, tokens: microUsd }), want(microUsd)];
          const one = ask(id, 0, { limits: { tenant: ofTenant, [user]: ofUser }, wants });
          return isRepeated ? [one, one] : [one];
        });
        const apart: LedgerReplies = {
          reports: reported.flatMap((one) => single.report(one)),
          grants: asked.map((one) => single.grant(one)),
        };
        expect(together(gathered, reported, asked)).toEqual(apart);
        expect(gathered.figuresOf(SCOPES, PERIODS)).toEqual(single.figuresOf(SCOPES, PERIODS));
      }
      for (const ledger of [gathered, single]) {
        ledger.clockMs += 20 * MINUTE;
        ledger.kill();
      }
      expect(gathered.figuresOf(SCOPES, PERIODS)).toEqual(single.figuresOf(SCOPES, PERIODS));
      expect(gathered.tables.rowsWritten).toBeLessThanOrEqual(single.tables.rowsWritten);
    }),
    { numRuns },
  );
});
