import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LedgerInMemory } from './support/ledger-in-memory.ts';
import { ask, done, idAt, isGranted, MINUTE, NOON, refusalOf, report, SECOND, want } from './support/messages.ts';
import { isWithinRate, mostAtOnce, mostTokensInAMinute, play, slice } from './support/pace.ts';

const slices = fc.array(slice, { minLength: 3, maxLength: 25, size: 'max' });
/** Close to a minute's end. */
const BEGINS = Date.UTC(2026, 10, 21, 12, 0, 50);

/** Ledger rules 24 to 27. Rates divide a thousand, so that the test's own arithmetic is exact. */
describe('real starts, wherever in their slices, whatever the skew', () => {
  it('pass an independent GCRA', () => {
    fc.assert(
      fc.property(slices, fc.constantFrom(0.5, 1, 2, 5), fc.integer({ min: 1, max: 6 }), (slices, rps, burst) => {
        const startsAt = play(slices, { rps, burst }, BEGINS).map(({ countedAt }) => countedAt);
        const inOrder = startsAt.toSorted((one, other) => one - other);
        expect(isWithinRate(inOrder, rps, burst)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('hold no more tokens in a minute than may be', () => {
    fc.assert(
      fc.property(slices, fc.integer({ min: 1, max: 9 }), (slices, tpm) => {
        expect(mostTokensInAMinute(play(slices, { tpm }, BEGINS))).toBeLessThanOrEqual(tpm);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are not more at once than there are slots, also where holders die', () => {
    fc.assert(
      fc.property(slices, fc.integer({ min: 1, max: 4 }), (slices, parallel) => {
        expect(mostAtOnce(play(slices, { parallel }, BEGINS))).toBeLessThanOrEqual(parallel);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('leases of one are admitted exactly when an independent GCRA admits', () => {
  const arrivals = fc.array(fc.constantFrom(0, 1, 7, 99, 100, 250, 1_000, 4_000), {
    minLength: 5,
    maxLength: 60,
    size: 'max',
  });

  it('whatever the gaps, also across deaths', () => {
    fc.assert(
      fc.property(arrivals, fc.constantFrom(0.5, 2, 4, 10), fc.integer({ min: 1, max: 5 }), (gaps, rps, burst) => {
        const ledger = new LedgerInMemory(NOON);
        const admitted: number[] = [];
        for (const gap of gaps) {
          ledger.clockMs += gap;
          if (gap === 99) ledger.kill();
          const at = ledger.clockMs;
          const isAdmissible = isWithinRate([...admitted, at], rps, burst);
          const reply = ledger.grant(ask(idAt(at), 0, { limits: { tenant: { rps, burst } } }));
          expect(isGranted(reply)).toBe(isAdmissible);
          if (isAdmissible) {
            admitted.push(at);
            continue;
          }
          const { retryAfterMs } = refusalOf(reply);
          expect(isWithinRate([...admitted, at + retryAfterMs], rps, burst)).toBe(true);
          expect(isWithinRate([...admitted, at + retryAfterMs - 1], rps, burst)).toBe(false);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('10,000 requests against 50 a second, 100 at once: the count is exact, and so is each retry-after', () => {
    const [T, BURST] = [20, 100];
    const limits = { 'user:ana': { rps: 50, burst: BURST } };
    const ledger = new LedgerInMemory(NOON);
    // The simplest bucket: a list of the times at which each taken place is free again.
    let level = 0;
    let last = NOON;
    let expected = 0;
    let admitted = 0;
    for (let request = 0; request < 10_000; request++) {
      // About 80 a second, in waves, with occasional pauses in which the bucket drains.
      ledger.clockMs += request % 997 === 0 ? 5_000 : (request * 7919) % 26;
      level = Math.max(0, level - (ledger.clockMs - last));
      last = ledger.clockMs;
      const isAdmissible = level + T <= BURST * T;
      const reply = ledger.grant(ask(idAt(ledger.clockMs), 0, { limits }));
      if (isGranted(reply)) admitted++;
      else expect(refusalOf(reply).retryAfterMs).toBe(level + T - BURST * T);
      if (isAdmissible) {
        expected++;
        level += T;
      }
      expect(isGranted(reply)).toBe(isAdmissible);
    }
    expect(admitted).toBe(expected);
    expect(admitted).toBeLessThan(9_000);
  });

  it('a caller who waits as long as told is admitted; a millisecond sooner is too soon', () => {
    const limits = { tenant: { rps: 3, burst: 2 } };
    const ledger = new LedgerInMemory(NOON);
    const once = () => ledger.grant(ask(idAt(ledger.clockMs), 0, { limits }));
    once();
    once();
    for (let times = 0; times < 50; times++) {
      const { retryAfterMs } = refusalOf(once());
      ledger.clockMs += retryAfterMs - 1;
      expect(isGranted(once())).toBe(false);
      ledger.clockMs += 1;
      expect(isGranted(once())).toBe(true);
    }
    // 50 requests at three a second take 50/3 s.
    expect(ledger.clockMs - NOON).toBe(Math.ceil(50 * (1_000 / 3)));
  });
});

describe('the stories of slices', () => {
  const limited = { limits: { tenant: { rps: 1, burst: 16 } } };
  const sliceOf2 = () => want(0, { requests: 2, parallel: 0 });

  it('A takes 2 and waits, the bucket drains, B takes 2, both start: not more than the burst', () => {
    const ledger = new LedgerInMemory(NOON);
    const take = () =>
      ledger.grant(ask(idAt(ledger.clockMs), 0, { ...limited, wants: [sliceOf2()], admitForMs: 8_000 }));
    let started = 0;
    while (isGranted(take())) started += 2;
    ledger.clockMs += 2_000;
    while (isGranted(take())) started += 2;
    // All of them start at that moment: those of the first slices had waited until now.
    expect(started).toBeLessThanOrEqual(16);
  });

  it('a slice keeps its share of the bucket free, and no more: the rest of the burst is there for others', () => {
    const ledger = new LedgerInMemory(NOON);
    const take = (requests: number) => {
      const wants = [want(0, { requests, parallel: 0 })];
      return ledger.grant(ask(idAt(ledger.clockMs), 0, { ...limited, wants, admitForMs: 8_000 }));
    };
    expect(take(2)).toMatchObject({ admitForMs: 8_000, left: [{ limit: 'rps', remaining: 14, resetMs: 10_000 }] });
    for (let request = 0; request < 14; request++) expect(isGranted(take(1))).toBe(true);
    // The fourteen drain; the slice's two may still start.
    expect(refusalOf(take(1))).toMatchObject({ limit: 'rps', retryAfterMs: SECOND });
    ledger.clockMs += SECOND;
    ledger.kill();
    expect(isGranted(take(1))).toBe(true);
    expect(isGranted(take(1))).toBe(false);
    expect(refusalOf(take(17))).toMatchObject({ neverFits: true });
    ledger.clockMs += 15 * SECOND;
    expect(take(1)).toMatchObject({ left: [{ remaining: 14 }] });
  });

  it('a slice admits for half of what the bucket takes to fill, and for an eighth where more than a sixteenth of it is taken', () => {
    const ledger = new LedgerInMemory(NOON);
    const limits = { limits: { tenant: { rps: 2, burst: 16 } } };
    const take = (requests: number) =>
      ledger.grant(ask(idAt(NOON), 0, { ...limits, wants: [want(0, { requests })], admitForMs: 10_000 }));
    expect(take(1)).toMatchObject({ admitForMs: 10_000 });
    expect(take(2)).toMatchObject({ admitForMs: 4_000 });
    expect(take(2)).toMatchObject({ admitForMs: 1_000 });
  });

  it('a slice that is done early is folded no sooner than it counts', () => {
    for (const folds of [false, true]) {
      const ledger = new LedgerInMemory(NOON);
      const limits = { limits: { tenant: { rps: 0.1, burst: 8 } } };
      // Its holder's clock is almost a minute behind.
      const id = idAt(NOON - 59 * SECOND);
      ledger.grant(ask(id, 0, { ...limits, wants: [want(0, { requests: 2, parallel: 0 })], admitForMs: 10_000 }));
      ledger.report(done(id, 0));
      ledger.clockMs += 5 * SECOND;
      if (folds) ledger.fold();
      ledger.kill();
      const left = () => ledger.grant(ask(idAt(ledger.clockMs), 0, limits));
      expect(left()).toMatchObject({ left: [{ remaining: 5 }] });
      ledger.clockMs += MINUTE;
      if (folds) ledger.fold();
      ledger.kill();
      expect(left()).toMatchObject({ left: [{ remaining: 7 }] });
    }
  });

  it('unused rate is not given back', () => {
    const ledger = new LedgerInMemory(NOON);
    const limits = { limits: { tenant: { rps: 1, burst: 2 } } };
    const id = idAt(NOON);
    ledger.grant(ask(id, 0, limits));
    ledger.report(done(id, 0));
    ledger.grant(ask(idAt(NOON), 0, limits));
    expect(refusalOf(ledger.grant(ask(idAt(NOON), 0, limits)))).toMatchObject({ limit: 'rps', retryAfterMs: SECOND });
  });

  it.each(['killed', 'folded and killed'])('the object dies (%s): no second full burst', (how) => {
    const ledger = new LedgerInMemory(NOON);
    const limits = { limits: { tenant: { rps: 0.01, burst: 2 } } };
    for (let times = 0; times < 2; times++) {
      const id = idAt(NOON);
      ledger.grant(ask(id, 0, limits));
      ledger.report(done(id, 0));
    }
    ledger.clockMs += MINUTE + SECOND;
    if (how !== 'killed') ledger.fold();
    ledger.kill();
    expect(refusalOf(ledger.grant(ask(idAt(ledger.clockMs), 0, limits)))).toMatchObject({ retryAfterMs: 39_000 });
  });

  it('2 granted late in minute 0 do not start in minute 1 beside its own', () => {
    const late = Date.UTC(2026, 10, 21, 12, 0, 59, 500);
    const ledger = new LedgerInMemory(late);
    const limits = { tenant: { tpm: 2 } };
    const wants = [want(0, { tokens: 2, requests: 2 })];
    expect(ledger.grant(ask(idAt(late), 0, { limits, wants }))).toMatchObject({ admitForMs: 500 });
    expect(refusalOf(ledger.grant(ask(idAt(late), 0, { limits, wants })))).toMatchObject({
      ...{ limit: 'tpm', cap: 2, retryAfterMs: 500, resetsAt: late + 500 },
    });
    ledger.clockMs += 500;
    expect(isGranted(ledger.grant(ask(idAt(late), 0, { limits, wants })))).toBe(true);
  });

  it('rows of the running minute are not folded, for its tokens are counted from them', () => {
    const ledger = new LedgerInMemory(NOON);
    const limits = { tenant: { tpm: 10 } };
    const old = idAt(NOON - 59 * SECOND);
    ledger.grant(ask(old, 0, { limits, wants: [want(0, { tokens: 8 })] }));
    ledger.report(done(old, 0, { tokens: 8 }));
    ledger.clockMs += 30 * SECOND;
    ledger.fold();
    ledger.kill();
    const wants = [want(0, { tokens: 3 })];
    expect(refusalOf(ledger.grant(ask(idAt(ledger.clockMs), 0, { limits, wants })))).toMatchObject({ limit: 'tpm' });
  });

  it('actual tokens replace the worst case, in the minute of the grant', () => {
    const ledger = new LedgerInMemory(NOON);
    const [id, limits] = [idAt(NOON), { tenant: { tpm: 10 } }];
    const asks = (tokens: number) => ledger.grant(ask(idAt(NOON), 0, { limits, wants: [want(0, { tokens })] }));
    ledger.grant(ask(id, 0, { limits, wants: [want(0, { tokens: 9 })] }));
    expect(isGranted(asks(2))).toBe(false);
    ledger.report(done(id, 0, { tokens: 3 }));
    expect(isGranted(asks(7))).toBe(true);
    expect(isGranted(asks(1))).toBe(false);
    ledger.kill();
    expect(isGranted(asks(1))).toBe(false);
    expect(refusalOf(asks(11))).toMatchObject({ neverFits: true });
  });

  it('slots are held until freed, done or settleBy', () => {
    const ledger = new LedgerInMemory(NOON);
    const limits = { tenant: { parallel: 2 } };
    const [a, b] = [idAt(NOON), idAt(NOON)];
    const one = () => ledger.grant(ask(idAt(ledger.clockMs), 0, { limits }));
    ledger.grant(ask(a, 0, { limits }));
    ledger.grant(ask(b, 0, { limits }));
    expect(refusalOf(one())).toMatchObject({ limit: 'parallel', cap: 2, onlyHeld: true, neverFits: false });
    ledger.report(report(a, 0, { parallel: 1 }));
    expect(isGranted(one())).toBe(true);
    expect(isGranted(one())).toBe(false);
    ledger.report(done(b, 0));
    expect(isGranted(one())).toBe(true);
    ledger.clockMs += 95 * SECOND - 1;
    expect(isGranted(one())).toBe(false);
    ledger.clockMs += 1;
    expect(isGranted(one())).toBe(true);
  });
});
