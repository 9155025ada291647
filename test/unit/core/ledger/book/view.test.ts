import { describe, expect, it } from 'vitest';
import { lastSettlements } from '../../../../../worker/core/ledger/book/settlements.ts';
import { scopesOfPage } from '../../../../../worker/core/ledger/book/view.ts';
import type { Scope } from '../../../../../worker/core/ledger/types.ts';
import { LedgerInMemory } from '../support/ledger-in-memory.ts';
import { ask, DAY, done, idAt, MINUTE, NOON, want } from '../support/messages.ts';

describe('the view', () => {
  const limits = { tenant: {}, 'user:ana': {}, 'feature:chat': {} };

  it('shows the running month and day of each scope, with caps of config and of admin', () => {
    const ledger = new LedgerInMemory(NOON);
    const [paid, open, lost] = [idAt(NOON), idAt(NOON), idAt(NOON)];
    ledger.grant(ask(lost, 4, { limits, runForMs: 0 }));
    ledger.grant(ask(open, 5, { limits, runForMs: 10 * MINUTE }));
    ledger.grant(ask(paid, 6, { limits }));
    ledger.report(done(paid, 2));
    ledger.setLimits('user:ana', { dailyMicroUsd: 70 });
    ledger.clockMs += MINUTE;
    const configured = {
      byScope: { tenant: { monthlyMicroUsd: 100 } },
      byKind: { user: { dailyMicroUsd: 8, monthlyMicroUsd: 9 }, tenant: { monthlyMicroUsd: 1 } },
    };
    const figures = { spentMicroUsd: 6, reservedMicroUsd: 5, unsettledMicroUsd: 4 };
    expect(ledger.view(['tenant', 'user:ana', 'feature:chat'], configured)).toEqual([
      { scope: 'tenant', period: '2026-11', capMicroUsd: 100, ...figures },
      { scope: 'tenant', period: '2026-11-21', capMicroUsd: null, ...figures },
      { scope: 'user:ana', period: '2026-11', capMicroUsd: 9, ...figures },
      { scope: 'user:ana', period: '2026-11-21', capMicroUsd: 70, ...figures },
      { scope: 'feature:chat', period: '2026-11', capMicroUsd: null, ...figures },
      { scope: 'feature:chat', period: '2026-11-21', capMicroUsd: null, ...figures },
    ]);
  });

  it('shows the day and month before where anything was booked, and zeros for a scope that never was', () => {
    const lastOfMonth = Date.UTC(2026, 10, 30, 12);
    const ledger = new LedgerInMemory(lastOfMonth);
    const id = idAt(lastOfMonth);
    ledger.grant(ask(id, 4, { limits }));
    ledger.report(done(id, 3));
    ledger.clockMs += DAY;
    ledger.fold();
    ledger.kill();
    const shown = ledger
      .view(['tenant', 'user:nobody'])
      .map(({ scope, period, spentMicroUsd }) => [scope, period, spentMicroUsd]);
    expect(shown).toEqual([
      ['tenant', '2026-12', 0],
      ['tenant', '2026-12-01', 0],
      ['tenant', '2026-11', 3],
      ['tenant', '2026-11-30', 3],
      ['user:nobody', '2026-12', 0],
      ['user:nobody', '2026-12-01', 0],
    ]);
  });

  it('goes through scopes page by page, in the order of the tables, those with leases alone among them', () => {
    const ledger = new LedgerInMemory(NOON);
    ledger.grant(ask(idAt(NOON), 1, { limits: { 'user:\u{1f600}': {}, 'user:\uffee': {}, 'user:a': {} } }));
    ledger.grant(ask(idAt(NOON), 0, { limits: { 'user:refused': { parallel: 0 } } }));
    const stored: Scope[] = ['user:b', 'key:k'];
    const configured = { byScope: { 'feature:chat': {} } };
    const pages: Scope[][] = [];
    let after: Scope | null = '' as Scope;
    while (after !== null) {
      const page = ledger.turn((book) => scopesOfPage(book, stored, configured, { after: after as Scope, most: 3 }));
      pages.push(page.scopes);
      after = page.next;
    }
    expect(pages).toEqual([
      ['feature:chat', 'key:k', 'tenant'],
      ['user:a', 'user:b', 'user:\uffee'],
      ['user:\u{1f600}'],
    ]);
    const only = ledger.turn((book) => scopesOfPage(book, stored, configured, { scope: 'user:z', most: 3 }));
    expect(only).toEqual({ scopes: ['user:z'], next: null });
  });

  it('lists the last settlements: what was done, what nobody reported, what an operator should know', () => {
    const ledger = new LedgerInMemory(NOON);
    const [paid, open, lost, over] = [idAt(NOON), idAt(NOON), idAt(NOON), idAt(NOON)];
    const [bound, told, unheard, overtaken] = [idAt(NOON), idAt(NOON), idAt(NOON), idAt(NOON)];
    for (const id of [paid, lost, over, bound])
      ledger.grant(ask(id, 4, { runForMs: 0, wants: [want(4, { mode: 'safeguard' })] }));
    ledger.grant(ask(open, 5, { runForMs: 10 * MINUTE }));
    ledger.report(done(paid, 2), done(over, 9), done(bound, 3, { estimated: true }));
    ledger.report(done(told, 3, { scopes: ['tenant'] }), done(unheard, 1), done(overtaken, 0));
    const settled = lastSettlements(ledger.tables.load().leases, NOON + MINUTE, 50);
    const safe = { scopes: ['tenant'], mode: 'safeguard', origin: 'asked', grantedAt: NOON, standing: 'done' };
    const money = { grantedMicroUsd: 4, estimated: false, overGranted: false };
    const ungranted = { ...safe, ...money, mode: 'normal', grantedMicroUsd: 0 };
    expect(settled.toReversed()).toEqual([
      { leaseId: paid, ...safe, ...money, spentMicroUsd: 2 },
      { leaseId: lost, ...safe, ...money, spentMicroUsd: 4, standing: 'unsettled' },
      { leaseId: over, ...safe, ...money, spentMicroUsd: 9, overGranted: true },
      { leaseId: bound, ...safe, ...money, spentMicroUsd: 3, estimated: true },
      { leaseId: told, ...ungranted, origin: 'unreachable', spentMicroUsd: 3 },
      { leaseId: unheard, ...ungranted, scopes: [], origin: 'closed', spentMicroUsd: 1, overGranted: true },
    ]);
  });
});
