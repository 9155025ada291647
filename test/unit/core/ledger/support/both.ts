import { expect } from 'vitest';
import type { GrantReply, LeaseRequest, Report } from '../../../../../worker/core/ledger/messages.ts';

import type { Scope } from '../../../../../worker/core/ledger/types.ts';
import type { Command } from './commands.ts';
import { CONFIGURED, SCOPES } from './commands.ts';
import { LedgerInMemory } from './ledger-in-memory.ts';
import { DAY, idAt, want } from './messages.ts';
import { type Answer, Oracle } from './oracle.ts';

/** The ledger and the oracle side by side: given the same calls they must give the same replies, whatever is folded or killed in between. */
export class Both {
  readonly ledger: LedgerInMemory;
  readonly oracle = new Oracle();
  readonly #asks: LeaseRequest[] = [];
  /** Holders that never get their grant: all their reports carry their scopes. */
  readonly #deaf = new Set<string>();
  #failNext = false;

  constructor(startsAt: number) {
    this.ledger = new LedgerInMemory(startsAt);
  }

  run(command: Command): void {
    const { ledger, oracle } = this;
    switch (command.do) {
      case 'ask':
        this.#askNew(command);
        break;
      case 'askAgain':
        if (this.#asks[command.of] !== undefined) this.#ask(this.#asks[command.of] as LeaseRequest);
        break;
      case 'report':
        if (this.#asks[command.of] !== undefined) this.#reportOn(this.#asks[command.of] as LeaseRequest, command);
        break;
      case 'closeUnasked':
        this.#closeUnasked(command);
        break;
      case 'pass':
        ledger.clockMs += command.ms;
        break;
      case 'kill':
        ledger.kill();
        break;
      case 'fail':
        this.#failNext = true;
        break;
      case 'fold': {
        const before = ledger.tables.mark;
        ledger.fold(command.rows);
        if (ledger.tables.mark !== before) oracle.pinned = oracle.time(ledger.clockMs);
        break;
      }
      case 'setLimits': {
        const { scope, limits } = command;
        if (this.#applies(() => ledger.setLimits(scope, limits))) oracle.setLimits(scope, limits);
        break;
      }
      case 'revoke': {
        const { scope, revoked } = command;
        if (this.#applies(() => ledger.revoke(scope, revoked))) oracle.setRevoked(scope, revoked);
        break;
      }
      case 'adjust': {
        const { scope, deltaMicroUsd, earlier } = command;
        const yesterday = new Date(oracle.time(ledger.clockMs) - DAY).toISOString().slice(0, 10);
        const adjustment = { scope, deltaMicroUsd, ...(earlier && { period: yesterday }) };
        if (this.#applies(() => ledger.adjust(adjustment))) oracle.adjust(adjustment, ledger.clockMs);
      }
    }
  }

  /** What is booked, in sums or leases, checked against docs/ledger.md "What holds". */
  compare(): void {
    const { ledger, oracle } = this;
    const now = oracle.time(ledger.clockMs);
    const days = [now, now - DAY, now - 31 * DAY].map((ms) => new Date(ms).toISOString().slice(0, 10));
    const periods = new Set(days.flatMap((day) => [day, day.slice(0, 7)]));
    for (const row of ledger.figuresOf(SCOPES, [...periods])) {
      const { scope, period, spentMicroUsd: spent, heldMicroUsd: held, unsettledMicroUsd: unsettled } = row;
      const told = oracle.figures(scope, period, now);
      const isSame = spent === told.spent && held === told.held && unsettled === told.unsettled;
      const isSane = spent >= unsettled && unsettled >= 0 && held >= 0 && Number.isSafeInteger(spent + held);
      if (!isSame || !isSane) expect(row).toEqual(told);
    }
  }

  /** What a lease's row says beside its money, as long as the row exists. */
  compareRows(): void {
    for (const { leaseId, origin, estimated } of this.ledger.tables.load().leases) {
      expect(this.oracle.leaseOf(leaseId)).toMatchObject({ origin, estimated });
    }
  }

  #askNew({ scopes, wants, sliceShare, idAgeMs, admitForMs, runForMs, deaf }: Command & { do: 'ask' }): void {
    const leaseId = idAt(this.ledger.clockMs - idAgeMs);
    const share = sliceShare === undefined ? {} : { sliceShare };
    const ask = { leaseId, scopes: scopes.map(withLimits), wants, ...share, admitForMs, runForMs };
    this.#asks.unshift(ask);
    if (deaf) this.#deaf.add(leaseId);
    this.#ask(ask);
  }

  #reportOn(
    { leaseId, scopes }: LeaseRequest,
    { spent, tokens, freed, parallel, done, estimated }: Command & { do: 'report' },
  ): void {
    const figures = { spent: { microUsd: spent, tokens }, freed: { microUsd: freed, tokens: freed, parallel } };
    const heard = this.#deaf.has(leaseId) ? { scopes: scopes.map(({ scope }) => scope) } : {};
    this.#report({ leaseId, ...figures, done, ...(estimated && { estimated }), ...heard });
  }

  /** The ask may still come: the close has overtaken it. */
  #closeUnasked({ idAgeMs, scopes, spent, estimated }: Command & { do: 'closeUnasked' }): void {
    const leaseId = idAt(this.ledger.clockMs - idAgeMs);
    const asked = (scopes ?? SCOPES.slice(0, 2)).map(withLimits);
    this.#asks.unshift({ leaseId, scopes: asked, wants: [want(1)], admitForMs: 1_000, runForMs: 10_000 });
    if (scopes !== undefined) this.#deaf.add(leaseId);
    const figures = { spent: { microUsd: spent, tokens: 0 }, freed: { microUsd: 0, tokens: 0, parallel: 0 } };
    this.#report({ leaseId, ...figures, done: true, estimated, ...(scopes !== undefined && { scopes }) });
  }

  #ask(ask: LeaseRequest): void {
    if (this.#failNext) {
      this.#fail(() => this.ledger.grant(ask));
      return;
    }
    const rowsBefore = this.ledger.tables.rowsWritten;
    const isKnown = this.oracle.kept.some(({ id }) => id === ask.leaseId);
    const reply = this.ledger.grant(ask);
    const answer = this.oracle.grant(ask, this.ledger.clockMs);
    compareAnswers(reply, answer, ask);
    const rows = this.ledger.tables.rowsWritten - rowsBefore;
    expect(rows).toBe(answer.kind === 'granted' && !isKnown ? 1 : 0);
    if ('granted' in reply) {
      for (const { scope, limit, cap, remaining } of reply.left) {
        if (limit !== 'monthly' && limit !== 'daily') continue;
        const period = new Date(this.oracle.time(this.ledger.clockMs))
          .toISOString()
          .slice(0, limit === 'daily' ? 10 : 7);
        const { spent, held } = this.oracle.figures(scope, period, this.ledger.clockMs);
        expect(remaining).toBe(Math.max(0, cap - spent - held));
        if (!isKnown) expect(spent + held).toBeLessThanOrEqual(cap);
      }
    }
  }

  #report(report: Report): void {
    if (this.#failNext) {
      this.#fail(() => this.ledger.report(report));
      return;
    }
    const [reply] = this.ledger.report(report);
    const answer = this.oracle.report(report, this.ledger.clockMs);
    expect(reply === 'over_granted' ? 'applied' : reply).toBe(answer);
    const text = this.ledger.tables.text();
    this.ledger.report(report);
    expect(this.ledger.tables.text()).toBe(text);
  }

  #applies(call: () => unknown): boolean {
    const fails = this.#failNext;
    if (fails) this.#fail(call);
    else call();
    return !fails;
  }

  /** A call whose changes cannot be written: it must be as if it had never been made, unless there was nothing to write. */
  #fail(call: () => unknown): void {
    this.#failNext = false;
    this.ledger.failing(call);
  }
}

const withLimits = (scope: Scope) => ({ scope, limits: CONFIGURED[scope] ?? {} });

function compareAnswers(reply: GrantReply, answer: Answer, { wants }: LeaseRequest): void {
  if (!('granted' in reply) && typeof reply.refused === 'string') {
    expect(reply.refused).toBe(answer.kind);
    return;
  }
  if ('granted' in reply) {
    expect(answer.kind).toBe('granted');
    if (answer.kind !== 'granted') return;
    const { microUsd, tokens, requests, parallel, mode } = answer.want;
    expect(reply).toMatchObject({
      granted: { microUsd, tokens, requests, parallel },
      mode,
      admitForMs: answer.admitForMs,
    });
    return;
  }
  expect(answer.kind).toBe('limited');
  if (answer.kind !== 'limited') return;
  const { scope, limit, retryAfterMs, onlyHeld } = reply.refused;
  const same = answer.by.find((standing) => standing.scope === scope && standing.limit === limit);
  expect(same, JSON.stringify(reply.refused)).toBeDefined();
  expect(retryAfterMs).toBeGreaterThan(0);
  if (limit !== 'monthly' && limit !== 'daily') return;
  const { spentMicroUsd, heldMicroUsd, capMicroUsd } = reply.refused;
  const microUsd = wants[wants.length - 1]?.microUsd ?? 0;
  expect({ spent: spentMicroUsd, held: heldMicroUsd, cap: capMicroUsd }).toEqual(same?.money);
  expect(onlyHeld).toBe(spentMicroUsd + microUsd <= capMicroUsd);
}
