import { describe, expect, it } from 'vitest';
import { tightest } from '../../../../../worker/core/ledger/book/left.ts';
import type { Granted, LeaseRequest, Left } from '../../../../../worker/core/ledger/messages.ts';
import type { Limits, Scope } from '../../../../../worker/core/ledger/types.ts';
import { LedgerInMemory } from '../support/ledger-in-memory.ts';
import { ask, done, idAt, isGranted, NOON, refusalOf, SECOND, want } from '../support/messages.ts';

describe('limits', () => {
  const ana = (limits: Partial<Limits>) => ({ limits: { 'user:ana': limits } });
  const asks = (ledger: LedgerInMemory, microUsd: number, limits: Partial<Limits>) =>
    ledger.grant(ask(idAt(ledger.clockMs), microUsd, ana(limits)));

  it('are config’s, field by field under what was set; null brings config’s back', () => {
    const ledger = new LedgerInMemory(NOON);
    ledger.setLimits('user:ana', { dailyMicroUsd: 2 });
    expect(refusalOf(asks(ledger, 3, { dailyMicroUsd: 9, monthlyMicroUsd: 9 }))).toMatchObject({ capMicroUsd: 2 });
    expect(refusalOf(asks(ledger, 0, { tpm: 0, parallel: 0 }))).toMatchObject({ limit: 'parallel' });
    ledger.setLimits('user:ana', { dailyMicroUsd: null, monthlyMicroUsd: 5 });
    expect(isGranted(asks(ledger, 3, { dailyMicroUsd: 9, monthlyMicroUsd: 1 }))).toBe(true);
  });

  it('raised, lowered, taken away: for the next grant at once, also after a death', () => {
    const ledger = new LedgerInMemory(NOON);
    for (const [cap, granted] of [
      [0, false],
      [4, true],
      [4, false],
      [8, true],
      [null, true],
    ] as const) {
      ledger.setLimits('user:ana', { monthlyMicroUsd: cap });
      ledger.kill();
      expect(isGranted(asks(ledger, 4, {}))).toBe(granted);
    }
  });

  it('keep who, when, from, to of every change; a call that changes nothing is not recorded', () => {
    const ledger = new LedgerInMemory(NOON);
    ledger.setLimits('user:ana', { rps: 2, burst: 5 }, 'key admin-1');
    ledger.setLimits('user:ana', { rps: 2, burst: null });
    ledger.setLimits('user:ana', { rps: 2 });
    ledger.revoke('user:ana');
    ledger.revoke('user:ana');
    const at = NOON;
    const scope = 'user:ana';
    expect(ledger.tables.history).toEqual([
      { at, who: 'key admin-1', scope, field: 'rps', from: null, to: 2 },
      { at, who: 'key admin-1', scope, field: 'burst', from: null, to: 5 },
      { at, who: 'ops', scope, field: 'burst', from: 5, to: null },
      { at, who: 'ops', scope, field: 'revoked', from: false, to: true },
    ]);
    expect(ledger.tables.read('user:ana').overrides).toEqual({ limits: { rps: 2 }, revoked: true });
  });

  it('that change nothing write nothing', () => {
    const ledger = new LedgerInMemory(NOON);
    ledger.setLimits('user:ana', { rps: null, parallel: null });
    expect(ledger.tables.rowsWritten).toBe(0);
    ledger.setLimits('user:ana', { rps: 2 });
    const { rowsWritten } = ledger.tables;
    const before = { limits: { rps: 2 }, revoked: false };
    expect(ledger.setLimits('user:ana', { rps: 2, burst: null })).toEqual({ ok: true, set: { rps: 2 }, before });
    expect(ledger.tables.rowsWritten).toBe(rowsWritten);
  });

  it('a rate that comes in mid-period begins with a full bucket; a raised one waits no longer than it did', () => {
    const ledger = new LedgerInMemory(NOON);
    for (let times = 0; times < 9; times++) asks(ledger, 0, {});
    ledger.setLimits('user:ana', { rps: 0.1, burst: 1 });
    expect(isGranted(asks(ledger, 0, {}))).toBe(true);
    expect(refusalOf(asks(ledger, 0, {})).retryAfterMs).toBe(10 * SECOND);
    ledger.setLimits('user:ana', { rps: 100 });
    expect(refusalOf(asks(ledger, 0, {})).retryAfterMs).toBe(10 * SECOND);
  });

  it('without a burst, a second’s worth is one', () => {
    const ledger = new LedgerInMemory(NOON);
    const admitted = Array.from({ length: 9 }, () => isGranted(asks(ledger, 0, { rps: 2.5 })));
    expect(admitted.filter(Boolean)).toHaveLength(3);
    expect(isGranted(ledger.grant(ask(idAt(NOON), 0, { limits: { 'user:ben': { rps: 0.01 } } })))).toBe(true);
  });

  it('a burst without a rate limits nothing, and shows nothing', () => {
    const ledger = new LedgerInMemory(NOON);
    for (let times = 0; times < 9; times++) expect(asks(ledger, 0, { burst: 1 })).toMatchObject({ left: [] });
    expect(asks(ledger, 0, { rps: 5, burst: 1 })).toMatchObject({ left: [{ limit: 'rps', cap: 1, remaining: 0 }] });
  });

  it.each([
    [0.01, 1],
    [1, 1],
    [2.5, 3],
    [40, 40],
  ])('%d a second without a burst is a bucket of %i', (rps, cap) => {
    expect(asks(new LedgerInMemory(NOON), 0, { rps })).toMatchObject({ left: [{ cap, remaining: cap - 1 }] });
  });

  it('of no request a second admit none', () => {
    const refused = refusalOf(asks(new LedgerInMemory(NOON), 0, { rps: 0, burst: 9 }));
    expect(refused).toMatchObject({ limit: 'rps', cap: 0, neverFits: true });
  });

  it('can be set, and asked for, for a user or a feature of 256 characters', () => {
    const ledger = new LedgerInMemory(NOON);
    for (const kind of ['user', 'feature'] as const) {
      const scope: Scope = `${kind}:${'x'.repeat(256)}`;
      expect(ledger.setLimits(scope, { parallel: 1 })).toMatchObject({ ok: true });
      expect(isGranted(ledger.grant(ask(idAt(NOON), 1, { limits: { [scope]: {} } })))).toBe(true);
    }
  });

  it.each<[string, object]>([
    ['user:', {}],
    ['team:x', {}],
    [`feature:${'x'.repeat(257)}`, {}],
    ['user:\u0000', {}],
    ['user:\ud800', {}],
    ['tenant', { monthlyUsd: 1 }],
    ['tenant', { rps: 0 }],
    ['tenant', { rps: -1 }],
    ['tenant', { rps: Number.POSITIVE_INFINITY }],
    ['tenant', { burst: 0 }],
    ['tenant', { burst: 1.5 }],
    ['tenant', { parallel: -1 }],
    ['tenant', { monthlyMicroUsd: 0.5 }],
    ['tenant', { tpm: 2 ** 53 }],
  ])('%s %o are refused in words', (scope, limits) => {
    const ledger = new LedgerInMemory(NOON);
    const reply = ledger.setLimits(scope as Scope, limits);
    expect(reply).toEqual({ ok: false, detail: expect.stringMatching(/\w+ \w+/) });
    expect(ledger.tables.rowsWritten).toBe(0);
  });
});

describe('an ask', () => {
  const good = ask(idAt(NOON), 1, { limits: { tenant: {}, 'user:ana': {} } });
  const bad: [string, Partial<LeaseRequest>][] = [
    ['an id that is no UUIDv7', { leaseId: '8f14e45f-ceea-467f-8f14-e45fceea467f' }],
    ['an id in upper case', { leaseId: good.leaseId.toUpperCase() }],
    ['no scope', { scopes: [] }],
    ['seven scopes', { scopes: Array.from({ length: 7 }, (_, n) => ({ scope: `user:${n}` as const, limits: {} })) }],
    ['a scope twice', { scopes: [...good.scopes, ...good.scopes] }],
    ['a user without a name', { scopes: [{ scope: 'user:', limits: {} }] }],
    ['no want', { wants: [] }],
    ['five wants', { wants: Array.from({ length: 5 }, () => want(1)) }],
    ['a want below zero', { wants: [want(-1)] }],
    ['half a micro-USD', { wants: [want(0.5)] }],
    ['more than adds up', { wants: [want(2 ** 53)] }],
    ['half a slot', { wants: [want(1, { parallel: 0.5 })] }],
    ['no time to admit', { admitForMs: 0 }],
    ['too long to admit', { admitForMs: 10_001 }],
    ['too long to run', { runForMs: 900_001 }],
    ['more than all for slices', { sliceShare: 1.01 }],
  ];

  it.each(bad)('with %s is refused by name, and writes nothing', (_, part) => {
    const ledger = new LedgerInMemory(NOON);
    expect(ledger.grant({ ...good, ...part })).toEqual({
      refused: 'invalid',
      detail: expect.stringMatching(/\w+ \w+/),
    });
    expect(ledger.tables.rowsWritten).toBe(0);
  });

  it('never takes sums past what adds up exactly, cap or none', () => {
    const ledger = new LedgerInMemory(NOON);
    expect(isGranted(ledger.grant(ask(idAt(NOON), Number.MAX_SAFE_INTEGER)))).toBe(true);
    expect(isGranted(ledger.grant(ask(idAt(NOON), 1)))).toBe(false);
  });

  it('more than a cap ever lets through is refused for good; what only others hold, for a short guess', () => {
    const ledger = new LedgerInMemory(NOON);
    const limits = { tenant: { monthlyMicroUsd: 5, rps: 1, burst: 2, parallel: 2 } };
    expect(refusalOf(ledger.grant(ask(idAt(NOON), 6, { limits })))).toMatchObject({
      neverFits: true,
      limit: 'monthly',
    });
    const wants = [want(1, { requests: 3 })];
    expect(refusalOf(ledger.grant(ask(idAt(NOON), 0, { limits, wants })))).toMatchObject({
      neverFits: true,
      limit: 'rps',
    });
    ledger.grant(ask(idAt(NOON), 5, { limits }));
    const held = refusalOf(ledger.grant(ask(idAt(NOON), 1, { limits })));
    expect(held).toMatchObject({
      neverFits: false,
      onlyHeld: true,
      retryAfterMs: SECOND,
      heldMicroUsd: 5,
      spentMicroUsd: 0,
    });
  });

  it('is answered with what is left under each limit, granted or refused', () => {
    const ledger = new LedgerInMemory(NOON);
    const limits = {
      tenant: { monthlyMicroUsd: 9, rps: 2, burst: 4 },
      'user:ana': { dailyMicroUsd: 5, tpm: 10, parallel: 2 },
      'key:k': {},
    };
    const wants = [want(3, { tokens: 4 })];
    const left = [
      { scope: 'tenant', limit: 'monthly', cap: 9, remaining: 6, resetMs: Date.UTC(2026, 11, 1) - NOON },
      { scope: 'tenant', limit: 'rps', cap: 4, remaining: 3, resetMs: 500 },
      { scope: 'user:ana', limit: 'daily', cap: 5, remaining: 2, resetMs: 12 * 3_600_000 },
      { scope: 'user:ana', limit: 'tpm', cap: 10, remaining: 6, resetMs: 60_000 },
      { scope: 'user:ana', limit: 'parallel', cap: 2, remaining: 1, resetMs: 0 },
    ];
    expect(ledger.grant(ask(idAt(NOON), 0, { limits, wants }))).toMatchObject({ left });
    expect(ledger.grant(ask(idAt(NOON), 0, { limits, wants }))).toMatchObject({ refused: { limit: 'daily' }, left });
  });

  it('is told, once it is granted, what may matter to the next ask of each kind: the nearest to its end, and the smallest', () => {
    const ledger = new LedgerInMemory(NOON);
    const limits = {
      tenant: { monthlyMicroUsd: 100, rps: 10, burst: 30, parallel: 29 },
      'user:ana': { monthlyMicroUsd: 20, rps: 10, burst: 10, parallel: 9 },
      'feature:chat': { monthlyMicroUsd: 50, rps: 10, burst: 20, parallel: 8 },
    };
    const wants = [want(3)];
    for (let others = 0; others < 28; others++) {
      ledger.grant(ask(idAt(NOON), 0, { limits: { tenant: limits.tenant }, wants }));
    }
    const reply = ledger.grant(ask(idAt(NOON), 0, { limits, wants }));
    const told = (reply as Granted).left.map(({ scope, limit, remaining }) => [scope, limit, remaining]);
    expect(told).toEqual([
      ['tenant', 'monthly', 100 - 29 * 3],
      ['tenant', 'rps', 1],
      ['tenant', 'parallel', 0],
      ['user:ana', 'monthly', 20 - 3],
      ['user:ana', 'rps', 9],
      ['feature:chat', 'parallel', 7],
    ]);
  });

  it('of several limits of a kind the tightest is named', () => {
    const of = (scope: Scope, remaining: number, resetMs: number): Left => ({
      scope,
      limit: 'rps',
      cap: 9,
      remaining,
      resetMs,
    });
    const left = [of('tenant', 5, 10), of('user:ana', 2, 10), of('key:k', 2, 70)];
    expect(tightest(left, 'rps')).toMatchObject({ scope: 'key:k' });
    expect(tightest(left, 'tpm')).toBeUndefined();
  });
});

it('reports come before the grant of the same call, so that what they free can be had', () => {
  const ledger = new LedgerInMemory(NOON);
  const [id, limits] = [idAt(NOON), { tenant: { monthlyMicroUsd: 4 } }];
  ledger.grant(ask(id, 4, { limits }));
  ledger.report(done(id, 1));
  expect(isGranted(ledger.grant(ask(idAt(NOON), 3, { limits })))).toBe(true);
});
