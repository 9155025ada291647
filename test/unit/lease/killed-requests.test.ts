/**
 * Crowds of users whose messages to the ledger travel together, while the runtime kills requests at any moment, calls are lost or
 * fail, and limits refuse: what providers may bill is booked, within the cap, and a lease whose request survives is closed, at the latest by
 * the next request of its isolate.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Isolates, type Request } from '../pipeline/support/isolates.ts';

const request = fc.record({
  afterMs: fc.constantFrom(0, 0, 0, 1, 1, 4, 40, 300),
  isolate: fc.nat({ max: 1 }),
  worst: fc.constantFrom(10, 10, 40),
  costs: fc.nat({ max: 100 }),
  tokens: fc.constant(1),
  dawdlesMs: fc.constantFrom(0, 0, 0, 3, 800, 6_000),
  runsForMs: fc.constantFrom(0, 3, 200, 3_000),
  triesTwice: fc.constantFrom(false, false, false, true),
  isLost: fc.constant(false),
  diesAfterMs: fc.constantFrom(undefined, undefined, undefined, 0, 1, 3, 6, 12, 150, 4_000),
  user: fc.constantFrom(undefined, 'ana', ...Array.from({ length: 8 }, (_, user) => `u${user}`)),
});
const NEXT: Request = {
  ...{ afterMs: 0, isolate: 0, worst: 10, costs: 50, tokens: 1, dawdlesMs: 0, runsForMs: 3, triesTwice: false },
  isLost: false,
};
const requests = fc.array(request, { minLength: 40, maxLength: 120, size: 'max' });
const fates = fc.array(fc.constantFrom('answered', 'answered', 'answered', 'lost', 'broken', 'late', 'gone' as const), {
  maxLength: 20,
});
const limits = fc.constantFrom(
  { monthlyMicroUsd: 400 },
  { monthlyMicroUsd: 40_000 },
  { monthlyMicroUsd: 40_000, rps: 20, burst: 40, tpm: 60 },
  { monthlyMicroUsd: 3_000, parallel: 12 },
);
const latencyMs = fc.constantFrom(0, 1, 6, 70);
/** When the ledger's object loses its memory. */
const evictions = fc.array(fc.nat({ max: 4_000 }), { maxLength: 3 });

it('any request may be killed: nothing is overspent, all that may be billed is booked, and the others close their leases', async () => {
  let together = 0;
  await fc.assert(
    fc.asyncProperty(
      requests,
      limits,
      fates,
      fates,
      latencyMs,
      evictions,
      async (all, limits, grant, report, latencyMs, evictions) => {
        const isolates = new Isolates(2, limits);
        const { ledger, clock } = isolates;
        ledger.fates.grant.push(...grant);
        ledger.fates.report.push(...report);
        ledger.latencyMs = latencyMs;
        ledger.answerMs = latencyMs;
        for (const atMs of evictions) clock.after(atMs, () => ledger.book.kill());
        await isolates.run(all as Request[]);
        await clock.advance(40_000);
        // A request that was to close for others may have been killed. Then the next request of its isolate does it.
        Object.assign(ledger.fates, { grant: [], report: [] });
        await isolates.run([0, 1].map((isolate) => ({ ...NEXT, isolate })));
        await clock.advance(1_000);
        expect(isolates.unclosed).toEqual([]);
        await clock.advance(20 * 60_000);
        expect(isolates.wrong).toEqual([]);
        const { spentMicroUsd, heldMicroUsd } = ledger.figures();
        expect(heldMicroUsd).toBe(0);
        expect(spentMicroUsd).toBeGreaterThanOrEqual(isolates.billed);
        expect(spentMicroUsd).toBeLessThanOrEqual(limits.monthlyMicroUsd);
        together += ledger.asked.length + ledger.reported.length - ledger.calls;
      },
    ),
    { numRuns: 60 },
  );
  expect(together).toBeGreaterThan(500);
});
