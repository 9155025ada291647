/** Ledger rules 16 to 22 for slices, each by the story of what goes wrong without it: an isolate's leases of many requests against the ledger. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginSlice,
  endShare,
  holdsTooMuch,
  isAdmitting,
  isClosable,
  isQuiet,
  loseShare,
  reportOf,
  type Share,
  type Slice,
  startShare,
  takeFirstShare,
  takeShare,
} from '../../../../../worker/core/ledger/lease/slice.ts';
import type { Granted, Want } from '../../../../../worker/core/ledger/messages.ts';
import { LedgerInMemory } from '../support/ledger-in-memory.ts';
import { ask, HOUR, idAt, isGranted, NOON, SECOND, want } from '../support/messages.ts';

const figures = (ledger: LedgerInMemory) => ledger.figures('tenant', '2026-11');
const spending = (microUsd: number) => ({ microUsd, tokens: 0 });

interface Taken {
  ledger: LedgerInMemory;
  slice: Slice;
  leaseId: string;
}

/** A slice of `many` micro-USD for as many requests, out of a cap of 10. */
function taking(many: number, { requests = many, parallel = many, cap = 10, admitForMs = 10 * SECOND } = {}): Taken {
  const ledger = new LedgerInMemory(NOON);
  const limits = { tenant: { monthlyMicroUsd: cap } };
  const wants = [want(many, { requests, parallel }), want(1)];
  const leaseId = idAt(NOON);
  const reply = ledger.grant(ask(leaseId, 0, { limits, wants, admitForMs })) as Granted;
  // The reply arrives a second later, which gives the holder no more time.
  return { ledger, leaseId, slice: beginSlice(leaseId, reply, NOON + SECOND) };
}

const take = (slice: Slice, microUsd = 1, now = NOON, rest: Partial<Want> = {}) =>
  takeShare(slice, want(microUsd, rest), now);

/** A share whose request runs. */
function running(slice: Slice, microUsd = 1, rest: Partial<Want> = {}): Share {
  const share = take(slice, microUsd, NOON, rest);
  if (share === undefined || !startShare(share, NOON)) throw new Error('it does not run');
  return share;
}

it('admits as many as it was granted, closes when the last has ended, and is booked at their cost', () => {
  const { ledger, slice } = taking(3);
  const shares = [running(slice), running(slice), running(slice)];
  expect(take(slice)).toBeUndefined();
  for (const share of shares) endShare(share, spending(0));
  expect(take(slice)).toBeUndefined(); // money is there again, requests are used up
  expect(isClosable(slice, NOON)).toBe(true);
  expect(ledger.report(reportOf(slice))).toEqual(['applied']);
  expect(figures(ledger)).toEqual({ spentMicroUsd: 0, heldMicroUsd: 0, unsettledMicroUsd: 0 });
});

it('uses again what an ended request did not cost: money, tokens and slots', () => {
  const { slice } = taking(4, { requests: 64, parallel: 2 });
  for (let request = 0; request < 20; request++) endShare(running(slice, 4), spending(0));
  endShare(running(slice, 4), spending(2));
  expect(take(slice, 3)).toBeUndefined();
  const [one, two] = [running(slice), running(slice)];
  expect(take(slice, 0)).toBeUndefined(); // two slots
  endShare(one, spending(1));
  endShare(two, spending(1));
  expect(take(slice, 1)).toBeUndefined();
  expect(take(slice, 0)).toBeDefined();
});

it('survives JSON', () => {
  const { slice } = taking(3);
  running(slice);
  expect(JSON.parse(JSON.stringify(slice))).toEqual(slice);
});

it('ledger rule 16: after its close it is dead, for what costs nothing too', () => {
  const { slice } = taking(3);
  reportOf(slice);
  expect(take(slice, 0)).toBeUndefined();
  expect(take(slice, 0, NOON, { requests: 0, parallel: 0 })).toBeUndefined();
  expect(isAdmitting(slice, NOON)).toBe(false);
});

it('ledger rule 17: it has what the reply says, not what was wanted', () => {
  const { slice } = taking(11);
  expect(slice.granted).toMatchObject({ requests: 1, microUsd: 1 });
  expect(take(slice, 2)).toBeUndefined();
});

describe('ledger rule 18: what is freed is never used again, nor freed before it can cost no more', () => {
  it('A frees what is left of 3, B takes it; nothing of it starts at A', () => {
    const { ledger, slice } = taking(3, { requests: 5, cap: 3 });
    running(slice);
    ledger.report(reportOf(slice));
    expect(isGranted(ledger.grant(ask(idAt(NOON), 2, { limits: { tenant: { monthlyMicroUsd: 3 } } })))).toBe(true);
    expect(take(slice)).toBeUndefined();
    expect(take(slice, 1, NOON, { requests: 0, parallel: 0 })).toBeUndefined();
  });

  it('what runs is not freed', () => {
    const { ledger, slice } = taking(3);
    const share = running(slice, 2);
    ledger.report(reportOf(slice));
    expect(figures(ledger)).toMatchObject({ spentMicroUsd: 0, heldMicroUsd: 2 });
    endShare(share, spending(1));
    ledger.report(reportOf(slice));
    expect(figures(ledger)).toEqual({ spentMicroUsd: 1, heldMicroUsd: 0, unsettledMicroUsd: 0 });
  });

  it('a request ends once', () => {
    const { slice } = taking(3);
    const share = running(slice);
    endShare(share, spending(1));
    endShare(share, spending(0));
    expect([slice.spent.microUsd, slice.running]).toEqual([1, 0]);
  });
});

describe('ledger rule 19: done waits for the last request', () => {
  it('one has ended, one runs: the close does not say that it cost nothing', () => {
    const { ledger, slice } = taking(2, { cap: 2 });
    const [one, other] = [running(slice), running(slice)];
    endShare(one, spending(1));
    expect(isClosable(slice, NOON)).toBe(false);
    expect(reportOf(slice)).toMatchObject({ done: false });
    ledger.report(reportOf(slice));
    expect(isGranted(ledger.grant(ask(idAt(NOON), 1, { limits: { tenant: { monthlyMicroUsd: 2 } } })))).toBe(false);
    endShare(other, spending(1));
    expect(reportOf(slice)).toMatchObject({ done: true, spent: { microUsd: 2 } });
  });

  it('of one whose cost nobody will report, the worst case stays held, and is booked in full at settleBy', () => {
    const { ledger, slice } = taking(5);
    const [lost, other] = [running(slice, 2), running(slice, 2)];
    loseShare(lost);
    endShare(other, spending(1));
    expect(isQuiet(slice)).toBe(true);
    ledger.report(reportOf(slice));
    expect(figures(ledger)).toMatchObject({ spentMicroUsd: 1, heldMicroUsd: 2 });
    ledger.clockMs += HOUR / 2;
    expect(figures(ledger)).toEqual({ spentMicroUsd: 3, heldMicroUsd: 0, unsettledMicroUsd: 2 });
  });

  it('one that had not started yet costs nothing, whatever became of it', () => {
    const { slice } = taking(5);
    const share = take(slice) as Share;
    loseShare(share);
    expect(reportOf(slice)).toMatchObject({ done: true, spent: { microUsd: 0 } });
  });
});

it('ledger rule 21: a further attempt takes a second worst case, and no request', () => {
  const { slice } = taking(3, { requests: 2, parallel: 1 });
  const further = { requests: 0, parallel: 0 };
  const one = running(slice, 2);
  expect(take(slice, 2, NOON, further)).toBeUndefined();
  running(slice, 1, further);
  expect(slice.requestsLeft).toBe(1);
  endShare(one, spending(0));
  expect(take(slice, 2)).toBeDefined();
});

describe('ledger rules 22 and 29: taken at once, and started in time', () => {
  it('of two who come at once, one takes the last', () => {
    const { slice } = taking(3, { requests: 2 });
    expect([take(slice, 2), take(slice, 2)].map((share) => share !== undefined)).toEqual([true, false]);
  });

  it('nothing is taken at or after the time in its id + admitForMs, nor started, by the holder’s own clock', () => {
    const { slice } = taking(3);
    const share = take(slice, 1, NOON + 10 * SECOND - 1) as Share;
    expect(take(slice, 1, NOON + 10 * SECOND)).toBeUndefined();
    expect(startShare(share, NOON + 10 * SECOND)).toBe(false);
    expect(slice).toMatchObject({ running: 0, reserved: { microUsd: 0, parallel: 0 } });
  });

  it('its time never goes back', () => {
    const { slice } = taking(3);
    expect(take(slice, 1, NOON + 20 * SECOND)).toBeUndefined();
    expect(take(slice)).toBeUndefined();
  });

  it('a request that took it and hears of it too late starts nothing; it may ask again', () => {
    const { slice } = taking(3);
    const share = takeFirstShare(slice, want(1));
    expect(startShare(share, NOON + 10 * SECOND)).toBe(false);
    expect(isQuiet(slice)).toBe(true);
  });
});

it('ledger rule 13: more was spent than a worst case: reported as it is, and nothing more goes back', () => {
  const { ledger, slice } = taking(3);
  endShare(running(slice), spending(5));
  expect(take(slice)).toBeUndefined();
  expect(ledger.report(reportOf(slice))).toEqual(['over_granted']);
  expect(figures(ledger).spentMicroUsd).toBe(5);
});

it('says with its report that some of what it spent is a bound', () => {
  const { slice } = taking(3);
  endShare(running(slice), spending(1));
  expect(reportOf(slice)).not.toHaveProperty('estimated');
  endShare(running(taking(3).slice), spending(1), true);
  const { slice: other } = taking(3);
  endShare(running(other), spending(1), true);
  expect(reportOf(other)).toMatchObject({ estimated: true });
});

it('holds too much once half of it is idle, until that was reported', () => {
  const { slice } = taking(4);
  const shares = [running(slice), running(slice), running(slice), running(slice)];
  const seen = shares.map((share) => {
    endShare(share, spending(0));
    const tooMuch = holdsTooMuch(slice);
    if (tooMuch) reportOf(slice);
    return tooMuch;
  });
  expect(seen).toEqual([false, true, true, true]);
});

describe('whatever happens', () => {
  type Step = {
    do: 'take' | 'further' | 'start' | 'end' | 'lose' | 'report';
    of: number;
    microUsd: number;
    tokens: number;
  };
  const step: fc.Arbitrary<Step> = fc.record({
    do: fc.constantFrom('take', 'take', 'take', 'further', 'start', 'start', 'end', 'end', 'lose', 'report'),
    of: fc.nat({ max: 5 }),
    microUsd: fc.nat({ max: 6 }),
    tokens: fc.nat({ max: 6 }),
  });

  it('spent, what may still cost, and freed are never more than was granted', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), (steps) => {
        const granted = { microUsd: 20, tokens: 20, requests: 8, parallel: 4 };
        const slice = beginSlice(idAt(NOON), { granted, mode: 'normal', admitForMs: 10 * SECOND, left: [] }, NOON);
        const shares: Share[] = [];
        const told = { microUsd: 0, tokens: 0, parallel: 0, isDone: false };
        const spent = { microUsd: 0, tokens: 0 };
        for (const { do: what, of, microUsd, tokens } of steps) {
          const share = shares[of];
          if (what === 'take' || what === 'further') {
            const rest = what === 'take' ? {} : { requests: 0, parallel: 0 };
            const taken = takeShare(slice, want(microUsd, { tokens, ...rest }), NOON);
            if (taken !== undefined) shares.unshift(taken);
          } else if (what === 'report') {
            const { freed, done } = reportOf(slice);
            Object.assign(told, freed);
            told.isDone ||= done;
          } else if (share !== undefined && share.state !== 'over') {
            const cost = { microUsd: Math.min(microUsd, share.microUsd), tokens: Math.min(tokens, share.tokens) };
            if (what === 'start') startShare(share, NOON);
            if (what === 'lose') loseShare(share);
            if (what === 'end') {
              endShare(share, cost);
              spent.microUsd += cost.microUsd;
              spent.tokens += cost.tokens;
            }
          }
          const open = shares.filter(({ state }) => state !== 'over');
          const sum = (figure: 'microUsd' | 'tokens' | 'parallel') => open.reduce((all, one) => all + one[figure], 0);
          const isSane =
            told.microUsd + spent.microUsd + sum('microUsd') <= granted.microUsd &&
            told.tokens + spent.tokens + sum('tokens') <= granted.tokens &&
            told.parallel + sum('parallel') <= granted.parallel &&
            (!told.isDone || sum('microUsd') === 0);
          if (!isSane) expect.fail(`${what}: ${JSON.stringify({ slice, told, spent })}`);
        }
        expect(shares.filter(({ parallel }) => parallel > 0).length).toBeLessThanOrEqual(granted.requests);
      }),
      { numRuns: 3_000 },
    );
  });
});
