import type { Adjustment } from '../../../../../worker/core/ledger/book/adjust.ts';
import type { LeaseRequest, LimitRefusal, Report, Want } from '../../../../../worker/core/ledger/messages.ts';
import type { Limits, Scope } from '../../../../../worker/core/ledger/types.ts';

interface Kept {
  id: string;
  idTime: number;
  origin: 'asked' | 'closed' | 'unreachable';
  scopes: Scope[];
  grantedAt: number;
  /** The UTC day of `grantedAt`, such as `2026-11-21`. */
  day: string;
  admitForMs: number;
  settleBy: number;
  want: Want;
  spent: number;
  spentTokens: number;
  freed: number;
  freedTokens: number;
  freedParallel: number;
  done: boolean;
  /** Part of what it spent is a bound, not a count. */
  estimated: boolean;
  /** What the lease takes from each scope's bucket: from when on it counts, and how many microseconds. */
  arrivals: { scope: Scope; startsAtUs: number; takesUs: number }[];
}

interface Correction {
  scope: Scope;
  period: string;
  spent: number;
  unsettled: number;
}

export type Answer =
  | { kind: 'granted'; want: Pick<Want, 'microUsd' | 'tokens' | 'requests' | 'parallel' | 'mode'>; admitForMs: number }
  | { kind: 'limited'; by: Standing[] }
  | { kind: 'lease_settled' | 'lease_too_old' | 'revoked' };

/** One limit that refuses the smallest want. */
export interface Standing {
  scope: Scope;
  limit: LimitRefusal['limit'];
  money?: { spent: number; held: number; cap: number };
}

/** A day has 10 characters, a month 7. */
const textOf = (ms: number, length: number): string => new Date(ms).toISOString().slice(0, length);

/**
 * The rules of docs/ledger.md in the simplest way: every lease is kept for ever, every figure is added up from all of them each time, nothing is folded,
 * indexed or remembered. From outside, the ledger must behave the same.
 */
export class Oracle {
  readonly kept: Kept[] = [];
  readonly corrections: Correction[] = [];
  readonly limits = new Map<Scope, Partial<Limits>>();
  readonly revoked = new Set<Scope>();
  /** The latest time in any row. */
  pinned = 0;

  time(clockMs: number): number {
    return Math.max(clockMs, this.pinned);
  }

  grant(ask: LeaseRequest, clockMs: number): Answer {
    const now = this.time(clockMs);
    const idTime = timeIn(ask.leaseId);
    const known = this.kept.find(({ id }) => id === ask.leaseId);
    if (known !== undefined) {
      if (isFinal(known, now)) return { kind: 'lease_too_old' };
      if (known.done || now >= known.settleBy) return { kind: 'lease_settled' };
      return { kind: 'granted', want: known.want, admitForMs: known.admitForMs };
    }
    if (now - idTime > 60_000 || idTime - now > 60_000) return { kind: 'lease_too_old' };
    if (ask.scopes.some(({ scope }) => this.revoked.has(scope))) return { kind: 'revoked' };
    let inTheWay: Standing[] = [];
    for (const want of ask.wants) {
      const minuteLeft = 60_000 - (now % 60_000);
      const hasTpm = ask.scopes.some((one) => this.#capsOf(one).tpm !== null);
      const longestSlices = ask.scopes.flatMap((one) => {
        const { rps, burst } = this.#capsOf(one);
        if (rps === null) return [];
        const burstUs = (burst ?? Math.max(1, Math.ceil(rps))) * Math.round(1e6 / rps);
        return [Math.ceil(burstUs / (this.#takenUs(one.scope, now) <= burstUs / 16 ? 2_000 : 8_000))];
      });
      const admitForMs = Math.min(
        ask.admitForMs,
        ...(hasTpm && want.tokens > 0 ? [minuteLeft] : []),
        ...(want.requests > 1 ? longestSlices : []),
      );
      const share = want.requests > 1 ? (ask.sliceShare ?? 1) : 1;
      inTheWay = ask.scopes.flatMap((one) =>
        this.#inTheWay(one.scope, this.#capsOf(one), want, now, admitForMs, share),
      );
      if (inTheWay.length > 0) continue;
      this.#keep(ask, want, now, admitForMs);
      return { kind: 'granted', want, admitForMs };
    }
    return { kind: 'limited', by: inTheWay };
  }

  report(report: Report, clockMs: number): 'applied' | 'unknown' {
    const now = this.time(clockMs);
    const idTime = timeIn(report.leaseId);
    const known = this.kept.find(({ id }) => id === report.leaseId);
    if (known === undefined) {
      const age = Math.abs(now - idTime);
      if (report.scopes === undefined ? !report.done || age > 60_000 : age > 3_600_000) return 'unknown';
      this.pinned = now;
      this.kept.push({
        ...{ id: report.leaseId, idTime, origin: report.scopes === undefined ? 'closed' : 'unreachable' },
        ...{
          scopes: [...(report.scopes ?? [])],
          grantedAt: now,
          day: textOf(now, 10),
          admitForMs: 0,
          settleBy: now,
          arrivals: [],
        },
        want: { microUsd: 0, tokens: 0, requests: 0, parallel: 0, mode: 'normal' },
        ...{ spent: report.spent.microUsd, spentTokens: report.spent.tokens, done: true },
        ...{ freed: 0, freedTokens: 0, freedParallel: 0, estimated: report.estimated === true },
      });
      return 'applied';
    }
    if (isFinal(known, now)) return 'unknown';
    known.spent = Math.max(known.spent, report.spent.microUsd);
    known.spentTokens = Math.max(known.spentTokens, report.spent.tokens);
    known.freed = Math.max(known.freed, report.freed.microUsd);
    known.freedTokens = Math.max(known.freedTokens, report.freed.tokens);
    known.freedParallel = Math.max(known.freedParallel, report.freed.parallel);
    known.done ||= report.done;
    if (report.scopes !== undefined && known.origin === 'asked') known.origin = 'unreachable';
    known.estimated ||= report.estimated === true;
    return 'applied';
  }

  setLimits(scope: Scope, patch: Partial<Limits>): void {
    const merged: Partial<Limits> = { ...this.limits.get(scope), ...patch };
    this.limits.set(scope, Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)));
  }

  setRevoked(scope: Scope, revoked: boolean): void {
    if (revoked) this.revoked.add(scope);
    else this.revoked.delete(scope);
  }

  adjust({ scope, deltaMicroUsd, period }: Omit<Adjustment, 'who'>, clockMs: number): void {
    const now = this.time(clockMs);
    this.pinned = now;
    for (const lease of this.kept) {
      if (!lease.scopes.includes(scope) || lease.done || now < lease.settleBy || isFinal(lease, now)) continue;
      lease.spent = booked(lease);
      lease.spentTokens = bookedTokens(lease);
      lease.done = true;
      lease.estimated = true;
      if (lease.origin === 'asked') lease.origin = 'unreachable';
    }
    for (const one of period === undefined ? [textOf(now, 10), textOf(now, 7)] : [period]) {
      const { spent, unsettled } = this.figures(scope, one, clockMs);
      const to = deltaMicroUsd === null ? 0 : Math.max(0, spent + deltaMicroUsd);
      this.corrections.push({ scope, period: one, spent: to - spent, unsettled: Math.min(0, to - unsettled) });
    }
  }

  figures(scope: Scope, period: string, clockMs: number): { spent: number; held: number; unsettled: number } {
    const now = this.time(clockMs);
    const figures = { spent: 0, held: 0, unsettled: 0 };
    for (const lease of this.kept) {
      if (!lease.scopes.includes(scope) || !lease.day.startsWith(period)) continue;
      const rest = booked(lease) - lease.spent;
      const isOpen = !lease.done && now < lease.settleBy;
      figures.spent += lease.spent + (isOpen ? 0 : rest);
      figures.held += isOpen ? rest : 0;
      figures.unsettled += isOpen || lease.done ? 0 : rest;
    }
    for (const { scope: other, period: at, spent, unsettled } of this.corrections) {
      if (other !== scope || at !== period) continue;
      figures.spent += spent;
      figures.unsettled += unsettled;
    }
    return figures;
  }

  leaseOf(leaseId: string): Pick<Kept, 'origin' | 'estimated'> | undefined {
    return this.kept.find(({ id }) => id === leaseId);
  }

  #inTheWay(scope: Scope, caps: Limits, want: Want, now: number, admitForMs: number, share: number): Standing[] {
    const found: Standing[] = [];
    const here = this.kept.filter(({ scopes }) => scopes.includes(scope));
    // Slices give back what they do not use within three seconds after their time.
    const slices = here.filter(
      ({ want, done, grantedAt, admitForMs }) => want.requests > 1 && !done && now < grantedAt + admitForMs + 3_000,
    );
    const fits = (cap: number, taken: number, inSlices: number, more: number) =>
      inSlices + more <= share * (cap - (taken - inSlices));
    for (const [limit, cap, length] of [
      ['monthly', caps.monthlyMicroUsd, 7],
      ['daily', caps.dailyMicroUsd, 10],
    ] as const) {
      const { spent, held } = this.figures(scope, textOf(now, length), now);
      const inSlices = slices.filter(({ day }) => day.startsWith(textOf(now, length)));
      const rest = inSlices.reduce((sum, lease) => sum + booked(lease) - lease.spent, 0);
      if (cap !== null && !fits(cap, spent + held, rest, want.microUsd))
        found.push({ scope, limit, money: { spent, held, cap } });
    }
    if (caps.rps !== null && want.requests > 0) {
      const { takesUs } = arrivalOf(caps.rps, want.requests, now, admitForMs);
      const burstUs = (caps.burst ?? Math.max(1, Math.ceil(caps.rps))) * Math.round(1e6 / caps.rps);
      if (!fits(burstUs, this.#takenUs(scope, now), this.#toComeUs(scope, now), takesUs))
        found.push({ scope, limit: 'rps' });
    }
    if (caps.tpm !== null && want.tokens > 0) {
      const isNow = ({ grantedAt }: Kept) => Math.floor(grantedAt / 60_000) === Math.floor(now / 60_000);
      const tokensOf = (leases: Kept[]) => leases.filter(isNow).reduce((sum, lease) => sum + bookedTokens(lease), 0);
      if (!fits(caps.tpm, tokensOf(here), tokensOf(slices), want.tokens)) found.push({ scope, limit: 'tpm' });
    }
    if (caps.parallel !== null && want.parallel > 0) {
      const open = here.filter(({ done, settleBy }) => !done && now < settleBy);
      const slotsOf = (leases: Kept[]) =>
        leases.reduce((sum, lease) => sum + Math.max(0, lease.want.parallel - lease.freedParallel), 0);
      if (!fits(caps.parallel, slotsOf(open), slotsOf(slices), want.parallel)) found.push({ scope, limit: 'parallel' });
    }
    return found;
  }

  /** What slices take from it that have not ended. */
  #toComeUs(scope: Scope, now: number): number {
    const arrivals = this.kept.flatMap((lease) => lease.arrivals.filter((one) => one.scope === scope));
    return arrivals.reduce((sum, { startsAtUs, takesUs }) => sum + (startsAtUs > now * 1_000 ? takesUs : 0), 0);
  }

  /** What is taken from a scope's bucket: by every arrival so far, and by slices whose arrivals are still to come. */
  #takenUs(scope: Scope, now: number): number {
    const arrivals = this.kept.flatMap((lease) => lease.arrivals.filter((one) => one.scope === scope));
    let [until, toComeUs] = [0, 0];
    for (const { startsAtUs, takesUs } of arrivals.toSorted((one, other) => one.startsAtUs - other.startsAtUs)) {
      if (startsAtUs > now * 1_000) toComeUs += takesUs;
      else until = Math.max(until, startsAtUs) + takesUs;
    }
    return Math.max(0, until - now * 1_000) + toComeUs;
  }

  #capsOf({ scope, limits }: LeaseRequest['scopes'][number]): Limits {
    const none = { monthlyMicroUsd: null, dailyMicroUsd: null, rps: null, burst: null, tpm: null, parallel: null };
    return { ...none, ...limits, ...this.limits.get(scope) };
  }

  #keep(ask: LeaseRequest, want: Want, now: number, admitForMs: number): void {
    this.pinned = now;
    const arrivals = ask.scopes.flatMap((one) => {
      const { rps } = this.#capsOf(one);
      if (rps === null || want.requests === 0) return [];
      return [{ scope: one.scope, ...arrivalOf(rps, want.requests, now, admitForMs) }];
    });
    this.kept.push({
      ...{
        id: ask.leaseId,
        idTime: timeIn(ask.leaseId),
        origin: 'asked',
        scopes: ask.scopes.map(({ scope }) => scope),
      },
      ...{
        grantedAt: now,
        day: textOf(now, 10),
        admitForMs,
        settleBy: now + admitForMs + ask.runForMs + 30_000,
        want,
        arrivals,
      },
      ...{ spent: 0, spentTokens: 0, freed: 0, freedTokens: 0, freedParallel: 0, done: false, estimated: false },
    });
  }
}

const timeIn = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

const booked = ({ want, freed, spent, done }: Kept): number =>
  done ? spent : Math.max(spent, want.microUsd - Math.min(freed, want.microUsd));

const bookedTokens = ({ want, freedTokens, spentTokens, done }: Kept): number =>
  done ? spentTokens : Math.max(spentTokens, want.tokens - Math.min(freedTokens, want.tokens));

/** No report on it counts any more. */
function isFinal({ done, settleBy, idTime, grantedAt, origin, want, admitForMs }: Kept, now: number): boolean {
  const mayBeToldWithScopes = now - idTime <= 3_600_000;
  if (!done) return now >= settleBy + 3_600_000 && !mayBeToldWithScopes;
  const isOld = origin === 'unreachable' ? !mayBeToldWithScopes : now - idTime > 60_000;
  if (want.requests > 1 && now < grantedAt + admitForMs) return false;
  return isOld && Math.floor(grantedAt / 60_000) < Math.floor(now / 60_000);
}

/** Rates in tests divide a million. */
const arrivalOf = (rps: number, requests: number, now: number, admitForMs: number) => ({
  startsAtUs: (requests === 1 ? now : now + admitForMs) * 1_000,
  takesUs: requests * Math.round(1e6 / rps),
});
