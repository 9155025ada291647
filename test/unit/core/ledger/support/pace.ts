import fc from 'fast-check';
import { timeOfUuidV7 } from '../../../../../protocol/uuid-v7.ts';
import type { Limits } from '../../../../../worker/core/ledger/types.ts';
import { LedgerInMemory } from './ledger-in-memory.ts';
import { ask, done, idAt, MINUTE, SECOND, want } from './messages.ts';

/** A holder that asks for one slice after another, gets its grants late, and starts its requests at any time it may. */
export interface Slice {
  afterMs: number;
  /** How far its clock is ahead of the ledger's. */
  skewMs: number;
  askTakesMs: number;
  replyTakesMs: number;
  requests: number;
  tokensEach: number;
  admitForMs: number;
  /** When its requests start, as shares of the time it has, and how long they run. */
  startsAt: number[];
  runsForMs: number;
  /** It never reports. */
  dies: boolean;
}

export interface Start {
  at: number;
  /** A lease of one counts in its rate as if it started when it was granted. */
  countedAt: number;
  endsAt: number;
  tokens: number;
}

const RUN_FOR_MS = 20 * SECOND;

export const slice: fc.Arbitrary<Slice> = fc.record({
  afterMs: fc.constantFrom(0, 1, 100, SECOND, 3 * SECOND, 7 * SECOND, 20 * SECOND),
  skewMs: fc.constantFrom(-30_000, -2_000, 0, 0, 2_000, 30_000),
  askTakesMs: fc.constantFrom(0, 3, 200, 2_000),
  replyTakesMs: fc.constantFrom(0, 3, 200, 4_000),
  requests: fc.constantFrom(1, 1, 2, 3),
  tokensEach: fc.nat({ max: 3 }),
  admitForMs: fc.constantFrom(1, SECOND, 2 * SECOND, 5 * SECOND),
  startsAt: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 3, maxLength: 3 }),
  runsForMs: fc.constantFrom(0, 10, 3 * SECOND, RUN_FOR_MS),
  dies: fc.boolean(),
});

/** Plays the slices against a ledger in the order of time. Returns the real starts. */
export function play(slices: readonly Slice[], limits: Partial<Limits>, beginsAt: number): Start[] {
  const ledger = new LedgerInMemory(beginsAt);
  const starts: Start[] = [];
  const calls: { at: number; call: () => void }[] = [];
  let created = beginsAt;
  for (const slice of slices) {
    created += slice.afterMs;
    const leaseId = idAt(created + slice.skewMs);
    const arrivesAt = created + slice.askTakesMs;
    calls.push({ at: arrivesAt, call: () => grantOne(slice, leaseId, arrivesAt) });
  }
  while (calls.length > 0) {
    calls.sort((one, other) => one.at - other.at);
    const { at, call } = calls.shift() as (typeof calls)[number];
    ledger.clockMs = at;
    if (at % 3 === 0) ledger.kill();
    call();
  }
  return starts;

  function grantOne(slice: Slice, leaseId: string, arrivesAt: number): void {
    const { requests, tokensEach, admitForMs, skewMs, replyTakesMs, runsForMs, dies } = slice;
    const wants = [want(0, { requests, parallel: requests, tokens: requests * tokensEach })];
    const reply = ledger.grant(
      ask(leaseId, 0, { limits: { tenant: limits }, wants, admitForMs, runForMs: RUN_FOR_MS }),
    );
    if (!('granted' in reply)) return;
    const heardAt = arrivesAt + replyTakesMs;
    // By the holder's own clock: the time in its id and a duration.
    const startBefore = (timeOfUuidV7(leaseId) ?? 0) + reply.admitForMs - skewMs;
    const startsAt = slice.startsAt
      .slice(0, requests)
      .map((share) => heardAt + Math.floor(share * (startBefore - heardAt)));
    const runs = startBefore <= heardAt ? [] : startsAt;
    for (const at of runs) {
      const countedAt = requests === 1 ? arrivesAt : at;
      starts.push({ at, countedAt, endsAt: at + runsForMs, tokens: tokensEach });
    }
    if (dies) return;
    const overAt = Math.max(heardAt, ...runs.map((at) => at + runsForMs)) + slice.askTakesMs;
    calls.push({ at: overAt, call: () => void ledger.report(done(leaseId, 0, { tokens: runs.length * tokensEach })) });
  }
}

/** Between any two starts, no more start than the burst and what drained meanwhile. */
export const isWithinRate = (startsAt: readonly number[], rps: number, burst: number): boolean =>
  startsAt.every((last, to) =>
    startsAt.slice(0, to + 1).every((first, from) => (to - from + 1 - burst) * (1_000 / rps) <= last - first),
  );

export function mostTokensInAMinute(starts: readonly Start[]): number {
  const minutes = new Map<number, number>();
  for (const { at, tokens } of starts) {
    const minute = Math.floor(at / MINUTE);
    minutes.set(minute, (minutes.get(minute) ?? 0) + tokens);
  }
  return Math.max(0, ...minutes.values());
}

export const mostAtOnce = (starts: readonly Start[]): number =>
  Math.max(0, ...starts.map(({ at }) => starts.filter((one) => one.at <= at && at < one.endsAt).length));
