import { describe, expect, it } from 'vitest';
import { grant } from '../../../../worker/core/ledger/book/grant.ts';
import { reportAll } from '../../../../worker/core/ledger/book/report.ts';
import type { Scope } from '../../../../worker/core/ledger/types.ts';
import { LedgerInMemory } from './support/ledger-in-memory.ts';
import { ask, done, HOUR, idAt, isGranted, MINUTE, NOON, SECOND } from './support/messages.ts';

/** Requests one after another, four a second: asked, granted, and done a while later. */
function serve(
  ledger: LedgerInMemory,
  requests: number,
  scopesOf: (request: number) => Scope[],
  runsForMs = () => 2_000,
) {
  const running: { id: string; endsAt: number }[] = [];
  let most = 0;
  for (let request = 0; request < requests; request++) {
    ledger.clockMs += 250;
    for (const { id } of running.filter(({ endsAt }) => endsAt <= ledger.clockMs)) ledger.report(done(id, 3));
    running.splice(0, running.length, ...running.filter(({ endsAt }) => endsAt > ledger.clockMs));
    const id = idAt(ledger.clockMs);
    const limits = Object.fromEntries(scopesOf(request).map((scope) => [scope, {}]));
    expect(isGranted(ledger.grant(ask(id, 5, { limits, runForMs: 15 * MINUTE })))).toBe(true);
    running.push({ id, endsAt: ledger.clockMs + runsForMs() });
    most = Math.max(most, ledger.tables.leases.size);
  }
  for (const { id } of running) ledger.report(done(id, 3));
  return { rowsEach: ledger.tables.rowsWritten / requests, slots: most };
}

const FOUR = (user: string): Scope[] => ['tenant', `user:${user}`, 'feature:chat', 'key:k1'];

/** What a lease costs in rows (docs/ledger.md "The figures"). */
describe('rows written', () => {
  it('2.02 a request for one user', () => {
    const ledger = new LedgerInMemory(NOON);
    const { rowsEach, slots } = serve(ledger, 5_000, () => FOUR('ana'));
    expect(rowsEach).toBeGreaterThan(2);
    expect(rowsEach).toBeLessThanOrEqual(2.02);
    // A minute's leases, and those that wait for the next fold.
    expect(slots).toBeLessThan(4 * 60 + 256 + 20);
    expect(ledger.figures('user:ana', '2026-11').spentMicroUsd).toBe(15_000);
  });

  it('about 3 where every request is another user’s', () => {
    const ledger = new LedgerInMemory(NOON);
    const { rowsEach } = serve(ledger, 5_000, (request) => FOUR(`u${request}`));
    expect(rowsEach).toBeGreaterThan(2.8);
    expect(rowsEach).toBeLessThanOrEqual(3.02);
    expect(ledger.figures('tenant', '2026-11').spentMicroUsd).toBe(15_000);
  });

  it('a stream of ten minutes among short ones is not written again each time the mark passes', () => {
    const ledger = new LedgerInMemory(NOON);
    let request = 0;
    const { rowsEach } = serve(
      ledger,
      8_000,
      () => FOUR('ana'),
      () => (++request % 10 === 0 ? 10 * MINUTE : 2_000),
    );
    expect(rowsEach).toBeLessThanOrEqual(2 + 5 / 256 + 1 / 8);
  });

  it('where every stream is long, memory wins over rows: folding waits, but not for ever', () => {
    const ledger = new LedgerInMemory(NOON);
    let request = 0;
    const runsForMs = () => (++request % 2 === 0 ? 12 * MINUTE : 2_000);
    const { rowsEach, slots } = serve(ledger, 16_000, () => FOUR('ana'), runsForMs);
    expect(slots).toBeLessThan(4 * 60 * 14 + 4_096 + 1_000);
    expect(rowsEach).toBeLessThan(3);
  });
});

describe('folding', () => {
  it('happens inside a grant alone: reports, refusals and views write nothing of it', () => {
    const ledger = new LedgerInMemory(NOON);
    const limits = { tenant: { monthlyMicroUsd: 600 } };
    const ids = Array.from({ length: 300 }, () => idAt(NOON));
    for (const id of ids) ledger.grant(ask(id, 2, { limits }));
    for (const id of ids) ledger.report(done(id, 1));
    ledger.clockMs += 2 * MINUTE;
    ledger.figures('tenant', '2026-11');
    ledger.report(done(ids[0] as string, 1));
    ledger.grant(ask(idAt(ledger.clockMs), 601, { limits }));
    expect(ledger.tables.mark).toBeUndefined();
    ledger.grant(ask(idAt(ledger.clockMs), 1, { limits }));
    expect(ledger.tables.load().mark?.foldedThrough).toBe(300);
    expect(ledger.figures('tenant', '2026-11')).toMatchObject({ spentMicroUsd: 300, heldMicroUsd: 1 });
  });

  it('a lease that closes in the very call that folds is written with its page, as every close is', () => {
    const ledger = new LedgerInMemory(NOON);
    const ids = Array.from({ length: 300 }, () => idAt(NOON));
    for (const id of ids) ledger.grant(ask(id, 2));
    for (const id of ids.slice(10)) ledger.report(done(id, 1));
    ledger.clockMs += MINUTE + SECOND;
    const before = ledger.tables.rowsWritten;
    ledger.turn((book, now) => {
      reportAll(
        book,
        ids.slice(0, 10).map((id) => done(id, 1)),
        now,
      );
      return grant(book, ask(idAt(now), 2), now);
    });
    // The page with the closes and the grant, the tenant's sums, the mark.
    expect(ledger.tables.rowsWritten - before).toBe(3);
    ledger.kill();
    expect(ledger.figures('tenant', '2026-11')).toMatchObject({ spentMicroUsd: 300, heldMicroUsd: 2 });
  });

  it('waits for 256 ripe rows, and takes at most a thousand at a time', () => {
    const ledger = new LedgerInMemory(NOON);
    const ids = Array.from({ length: 1_200 }, () => idAt(NOON));
    for (const id of ids) ledger.grant(ask(id, 1));
    for (const id of ids.slice(0, 255)) ledger.report(done(id, 1));
    ledger.clockMs += 70 * SECOND;
    ledger.grant(ask(idAt(ledger.clockMs), 1));
    expect(ledger.tables.mark).toBeUndefined();
    for (const id of ids.slice(255)) ledger.report(done(id, 1));
    ledger.grant(ask(idAt(ledger.clockMs), 1));
    expect(ledger.tables.load().mark?.foldedThrough).toBe(1_000);
  });

  it('after a rush, spare slots go a few at a time', () => {
    const ledger = new LedgerInMemory(NOON);
    const ids = Array.from({ length: 4_000 }, () => idAt(NOON));
    for (const id of ids) ledger.grant(ask(id, 1));
    for (const id of ids) ledger.report(done(id, 1));
    ledger.clockMs += 2 * MINUTE;
    for (let times = 0; times < 3; times++) ledger.grant(ask(idAt(ledger.clockMs), 1));
    ledger.kill();
    serve(ledger, 9_000, () => ['tenant']);
    expect(ledger.tables.leases.size).toBeLessThan(4_000);
    ledger.kill();
    expect(ledger.figures('tenant', '2026-11').spentMicroUsd).toBe(4_000 + 3 + 27_000);
  });

  it('keeps what died unsettled where it is, and frees its row an hour later', () => {
    const ledger = new LedgerInMemory(NOON);
    for (let times = 0; times < 300; times++) ledger.grant(ask(idAt(NOON), 2, { runForMs: 0 }));
    ledger.clockMs += HOUR + MINUTE;
    ledger.grant(ask(idAt(ledger.clockMs), 1));
    expect(ledger.tables.load().mark?.foldedThrough).toBe(300);
    expect(ledger.figures('tenant', '2026-11')).toEqual({
      spentMicroUsd: 600,
      heldMicroUsd: 1,
      unsettledMicroUsd: 600,
    });
  });
});

describe('rows that are folded stay to be looked at', () => {
  const closed = (ledger: LedgerInMemory, requests: number): string[] => {
    const ids = Array.from({ length: requests }, () => idAt(ledger.clockMs));
    for (const id of ids) ledger.grant(ask(id, 5));
    for (const id of ids) ledger.report(done(id, 3));
    return ids;
  };
  const rowOf = (ledger: LedgerInMemory, leaseId: string) =>
    ledger.tables.load().leases.find((lease) => lease.leaseId === leaseId);

  it('until their slots are written over, the lowest first, also after a death', () => {
    for (const dies of [false, true]) {
      const ledger = new LedgerInMemory(NOON);
      const ids = closed(ledger, 3);
      ledger.clockMs += 2 * MINUTE;
      ledger.fold();
      if (dies) ledger.kill();
      const later = closed(ledger, 1);
      expect(ids.map((id) => rowOf(ledger, id) !== undefined)).toEqual([false, true, true]);
      ledger.clockMs += 2 * MINUTE;
      ledger.fold();
      if (dies) ledger.kill();
      closed(ledger, 2);
      expect([...ids, ...later].map((id) => rowOf(ledger, id) !== undefined)).toEqual([false, false, true, false]);
    }
  });

  it('after a rush their pages go, the last first, until a quiet ledger is as small as before', () => {
    const ledger = new LedgerInMemory(NOON);
    const ids = closed(ledger, 2_000);
    const later = () => {
      ledger.clockMs += 2 * MINUTE;
      ledger.fold(2_000);
      const kept = new Set(ledger.tables.load().leases.map(({ leaseId }) => leaseId));
      return ids.filter((id) => kept.has(id)).length;
    };
    // Up to the end of the page in which the last 512 slots begin.
    expect(later()).toBe(384 + 35 * 32);
    const rowsBefore = ledger.tables.rowsWritten;
    closed(ledger, 1);
    later();
    // The grant, the close, 16 pages, the sums, the mark.
    expect(ledger.tables.rowsWritten - rowsBefore).toBe(2 + 16 + 2);
    for (let fold = 0; fold < 3; fold++) {
      closed(ledger, 1);
      later();
    }
    expect(ledger.tables.leases.size).toBe(384);
    ledger.kill();
    closed(ledger, 400);
    expect(ledger.tables.leases.size).toBe(400);
    expect(ledger.figures('tenant', '2026-11').spentMicroUsd).toBe(3 * (2_000 + 4 + 400));
  });

  it('as they were closed, also in the call that folds', () => {
    const ledger = new LedgerInMemory(NOON);
    const long = idAt(NOON);
    ledger.grant(ask(long, 5, { runForMs: 10 * MINUTE }));
    closed(ledger, 256);
    ledger.clockMs += 2 * MINUTE;
    ledger.turn((book, now) => [reportAll(book, [done(long, 4)], now), grant(book, ask(idAt(now), 5), now)]);
    expect(ledger.tables.mark).toBeDefined();
    expect(rowOf(ledger, long)).toMatchObject({ done: true, spent: { microUsd: 4 } });
    ledger.clockMs += 2 * MINUTE;
    ledger.fold();
    expect(ledger.figures('tenant', '2026-11').spentMicroUsd).toBe(256 * 3 + 4 + 5);
  });
});

describe('a tenant of very many users', () => {
  it('has a row per user with sums, none for a default limit, and remembers only those at work', () => {
    const ledger = new LedgerInMemory(NOON);
    for (let user = 0; user < 30_000; user++) {
      ledger.clockMs += 20;
      const id = idAt(ledger.clockMs);
      ledger.grant(ask(id, 5, { limits: { [`user:${user}`]: { dailyMicroUsd: 7, rps: 1, burst: 1 } } }));
      ledger.report(done(id, 5));
    }
    const remembered = ledger.turn((book) => book.accounts.size);
    expect(remembered).toBeLessThan(20_000);
    expect(ledger.tables.overrides.size).toBe(0);
    // The first user's leases are long folded and forgotten; what they spent is not.
    const again = ledger.grant(ask(idAt(ledger.clockMs), 5, { limits: { 'user:0': { dailyMicroUsd: 7 } } }));
    expect(again).toMatchObject({ refused: { limit: 'daily', spentMicroUsd: 5 } });
  });
});
