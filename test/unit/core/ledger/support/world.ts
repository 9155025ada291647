import fc from 'fast-check';
import { expect } from 'vitest';
import type { GrantReply, LeaseRequest, Report } from '../../../../../worker/core/ledger/messages.ts';
import type { Limits, Scope } from '../../../../../worker/core/ledger/types.ts';
import { IsolateHolder, LoneHolder, mayBill, SliceHolder, type TestHolder } from './holders.ts';
import { LedgerInMemory } from './ledger-in-memory.ts';
import { HOUR, idAt, MINUTE, SECOND, want } from './messages.ts';

type Message =
  | { to: 'ledger'; holder: TestHolder; ask: LeaseRequest }
  | { to: 'ledger'; holder: TestHolder; report: Report }
  | { to: 'holder'; holder: TestHolder; reply: GrantReply }
  | { to: 'holder'; holder: TestHolder; acknowledged: Report };

export type Happening =
  | { do: 'newHolder'; scopes: Scope[]; worst: number; requests: number; kind: 'revivable' | 'plain' | 'isolate' }
  | { do: 'send' | 'end' | 'free' | 'giveUp' | 'die' | 'revive' | 'loseRun'; of: number }
  | { do: 'start' | 'goOn'; of: number; cost: number }
  /** Delivers any one of the messages under way; its reply may be lost, and a report may arrive twice. */
  | { do: 'deliver'; of: number; loseReply: boolean; again: boolean }
  | { do: 'lose'; of: number }
  | { do: 'pass'; ms: number }
  | { do: 'setCap'; scope: Scope; cap: number | null }
  | { do: 'kill' | 'fold' };

const SCOPES: readonly Scope[] = ['tenant', 'user:a', 'feature:f'];
const LIMITS: Partial<Record<Scope, Partial<Limits>>> = {
  tenant: { monthlyMicroUsd: 20, dailyMicroUsd: 14 },
  'user:a': { monthlyMicroUsd: 9 },
};

const of = fc.nat({ max: 4 });
const act = (name: (Happening & { of: number })['do'], weight: number) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name), of }) as fc.Arbitrary<Happening>,
});

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('newHolder' as const),
      scopes: fc.subarray([...SCOPES], { minLength: 1 }),
      worst: fc.integer({ min: 1, max: 6 }),
      requests: fc.constantFrom(1, 1, 2, 3, 5),
      kind: fc.constantFrom('revivable', 'plain', 'isolate', 'isolate'),
    }),
  },
  act('send', 8),
  { weight: 7, arbitrary: fc.record({ do: fc.constant('start' as const), of, cost: fc.nat({ max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('goOn' as const), of, cost: fc.nat({ max: 6 }) }) },
  act('loseRun', 1),
  act('end', 6),
  act('free', 2),
  act('giveUp', 3),
  act('die', 2),
  act('revive', 4),
  {
    weight: 14,
    arbitrary: fc.record({
      ...{ do: fc.constant('deliver' as const), of: fc.nat({ max: 6 }) },
      ...{ loseReply: fc.boolean(), again: fc.boolean() },
    }),
  },
  act('lose', 1),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, SECOND, 20 * SECOND, MINUTE + 1, 2 * MINUTE, HOUR, 13 * HOUR, -SECOND, -HOUR),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('setCap' as const),
      scope: fc.constantFrom(...SCOPES),
      cap: fc.option(fc.nat({ max: 25 })),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'kill' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'fold' as const }) },
);

/** Holders, providers and a ledger, with a network between them that loses, delays and reorders messages (docs/ledger.md "What holds"). */
export class World {
  readonly ledger: LedgerInMemory;
  #holders: TestHolder[] = [];
  #network: Message[] = [];
  /** The day of each grant by the ledger's clock. */
  #grantedOn = new Map<string, string>();
  /** Holders that died, or reported only after the full amount had become final: an hour after `settleBy`. */
  #bookedInFull = new Set<TestHolder>();

  constructor(startsAt: number) {
    this.ledger = new LedgerInMemory(startsAt);
  }

  get grants(): number {
    return this.#grantedOn.size;
  }

  happens(one: Happening): void {
    const { ledger } = this;
    switch (one.do) {
      case 'newHolder':
        this.#newHolder(one);
        break;
      case 'deliver':
        this.#deliver(one.of % Math.max(1, this.#network.length), one.loseReply, one.again);
        break;
      case 'lose':
        this.#network.splice(one.of % Math.max(1, this.#network.length), 1);
        break;
      case 'pass':
        ledger.clockMs += one.ms;
        break;
      case 'setCap':
        ledger.setLimits(one.scope, { monthlyMicroUsd: one.cap });
        break;
      case 'kill':
        ledger.kill();
        break;
      case 'fold':
        ledger.fold();
        break;
      default:
        this.#acts(one);
    }
  }

  /** (a) and (b): what providers may bill is booked, in the scopes and periods of its grant. */
  check(): void {
    const bills = new Map<string, number>();
    for (const holder of this.#holders) {
      const day = this.#grantedOn.get(holder.leaseId);
      if (day === undefined && holder.runs.length > 0) expect.fail('a request runs that nothing was granted for');
      for (const { scope } of holder.ask.scopes) {
        for (const period of day === undefined ? [] : [day, day.slice(0, 7)]) {
          const key = `${scope} ${period}`;
          bills.set(key, (bills.get(key) ?? 0) + mayBill(holder));
        }
      }
    }
    const periods = new Set([...bills.keys()].map((key) => key.split(' ')[1] ?? ''));
    for (const row of this.ledger.figuresOf(SCOPES, [...periods])) {
      const { scope, period, spentMicroUsd: spent, heldMicroUsd: held, unsettledMicroUsd: unsettled } = row;
      const bill = bills.get(`${scope} ${period}`) ?? 0;
      const isSane = bill <= spent + held && held >= 0 && unsettled >= 0 && unsettled <= spent;
      if (!isSane) expect.fail(`providers may bill ${bill}: ${JSON.stringify(row)}`);
    }
  }

  /** (c): once everything is reported and over, holders that reported are booked at cost, those that died in full, and the rest of the cap can be granted. */
  comesToRest(): void {
    for (const holder of this.#holders) {
      if (!holder.isDead) holder.givesUp();
      for (const run of holder.isDead ? [] : holder.runs) if (!run.ended) holder.ends();
    }
    for (const holder of this.#holders) {
      for (let tries = 0; !holder.isDead && !holder.isOver && tries < 3; tries++) {
        this.#send(holder);
        while (this.#network.length > 0) this.#deliver(0, false, false);
      }
    }
    while (this.#network.length > 0) this.#deliver(0, false, false);
    this.ledger.clockMs = this.ledger.turn((_, now) => now) + 3 * HOUR;
    this.ledger.fold();
    this.ledger.kill();
    for (const scope of SCOPES) this.#checkRest(scope);
  }

  #checkRest(scope: Scope): void {
    const months = new Map<string, { least: number; most: number }>();
    for (const holder of this.#holders) {
      const month = this.#grantedOn.get(holder.leaseId)?.slice(0, 7);
      if (month === undefined || !holder.ask.scopes.some((one) => one.scope === scope)) continue;
      const { least, most } = months.get(month) ?? { least: 0, most: 0 };
      const cost = holder.runs.reduce((sum, run) => sum + run.cost, 0);
      const dearest = Math.max(...holder.ask.wants.map(({ microUsd }) => microUsd));
      months.set(month, {
        least: least + cost,
        most: most + (this.#bookedInFull.has(holder) ? dearest : cost),
      });
    }
    for (const [month, { least, most }] of months) {
      const { spentMicroUsd, heldMicroUsd } = this.ledger.figures(scope, month);
      expect(heldMicroUsd).toBe(0);
      expect(spentMicroUsd).toBeGreaterThanOrEqual(least);
      expect(spentMicroUsd).toBeLessThanOrEqual(most);
    }
    const now = this.ledger.clockMs;
    const { spentMicroUsd } = this.ledger.figures(scope, new Date(now).toISOString().slice(0, 7));
    this.ledger.setLimits(scope, { monthlyMicroUsd: spentMicroUsd + 10, dailyMicroUsd: null });
    const rest = (microUsd: number) =>
      this.ledger.grant({ leaseId: idAt(now), scopes: [{ scope, limits: {} }], wants: [want(microUsd)], ...TIMES });
    expect('granted' in rest(11)).toBe(false);
    expect('granted' in rest(10)).toBe(true);
  }

  #newHolder({ scopes, worst, requests, kind }: Happening & { do: 'newHolder' }): void {
    const now = this.ledger.clockMs;
    const asked = scopes.map((scope) => ({ scope, limits: LIMITS[scope] ?? {} }));
    const slice = want(worst * requests, { requests, parallel: requests });
    const wants = requests === 1 ? [slice] : [slice, want(worst), want(1, { mode: 'safeguard' })];
    const ask = { leaseId: idAt(now), scopes: asked, wants, ...TIMES };
    const holder = this.#holderOf(kind, requests, ask, worst, now);
    this.#holders.unshift(holder);
    this.#send(holder);
  }

  #holderOf(kind: string, requests: number, ask: LeaseRequest, worst: number, now: number): TestHolder {
    if (kind === 'isolate') return new IsolateHolder(ask, worst, now);
    return requests === 1 && kind === 'revivable' ? new LoneHolder(ask, now) : new SliceHolder(ask, worst);
  }

  #acts(one: Happening & { of: number }): void {
    const holder = this.#holders[one.of];
    if (holder === undefined) return;
    if (one.do === 'revive' && holder.isDead && holder instanceof LoneHolder) {
      holder.isDead = false;
      holder.revives();
    }
    if (holder.isDead) return;
    if (one.do === 'send') {
      holder.asksAgain();
      this.#send(holder);
    }
    if (one.do === 'start') holder.starts(one.cost, this.ledger.clockMs);
    if (one.do === 'goOn') holder.goesOn(one.cost, this.ledger.clockMs);
    if (one.do === 'loseRun' && holder.loses()) this.#bookedInFull.add(holder);
    if (one.do === 'end') holder.ends();
    if (one.do === 'free') holder.frees();
    if (one.do === 'giveUp') holder.givesUp();
    if (one.do === 'die') {
      holder.isDead = true;
      this.#bookedInFull.add(holder);
    }
  }

  #send(holder: TestHolder): void {
    const outgoing = holder.outgoing(this.ledger.clockMs);
    if (outgoing !== undefined) this.#network.push({ to: 'ledger', holder, ...outgoing });
  }

  #deliver(index: number, loseReply: boolean, again: boolean): void {
    const [message] = this.#network.splice(index, 1);
    if (message === undefined) return;
    const { holder } = message;
    if (message.to === 'holder') {
      if (holder.isDead) return;
      if ('reply' in message) holder.hears(message.reply, this.ledger.clockMs);
      else if (message.acknowledged.done || !(holder instanceof SliceHolder)) holder.acknowledged(message.acknowledged);
      return;
    }
    if ('report' in message) {
      const [reply] = this.ledger.report(message.report);
      if (reply === 'unknown') this.#bookedInFull.add(holder);
      if (again) this.#network.push(message);
      if (!loseReply) this.#network.push({ to: 'holder', holder, acknowledged: message.report });
      return;
    }
    const isNew = !this.#grantedOn.has(holder.leaseId);
    const reply = this.ledger.grant(message.ask);
    if ('granted' in reply && isNew) this.#noteGrant(holder);
    if (!loseReply) this.#network.push({ to: 'holder', holder, reply });
  }

  /** (a): at every grant all of the lease's scopes and periods are within the caps in force. */
  #noteGrant({ leaseId, ask }: TestHolder): void {
    const scopes = ask.scopes.map(({ scope }) => scope);
    const byScope = Object.fromEntries(ask.scopes.map(({ scope, limits }) => [scope, limits]));
    const now = this.ledger.turn((_, now) => now);
    const day = new Date(now).toISOString().slice(0, 10);
    this.#grantedOn.set(leaseId, day);
    for (const row of this.ledger.view(scopes, { byScope })) {
      if (row.period !== day && row.period !== day.slice(0, 7)) continue;
      const booked = row.spentMicroUsd + row.reservedMicroUsd;
      expect(booked).toBeLessThanOrEqual(row.capMicroUsd ?? Number.MAX_SAFE_INTEGER);
    }
  }
}

const TIMES = { admitForMs: 5 * SECOND, runForMs: MINUTE };
