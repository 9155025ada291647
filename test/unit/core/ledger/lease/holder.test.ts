/** Ledger rules 15 to 21, each by the story of what goes wrong without it: the holder of a single request's lease against the ledger. */
import { describe, expect, it } from 'vitest';
import {
  beginHolding,
  type Holder,
  nextHolder,
  nextMessage,
  repeatAfterMs,
  revive,
} from '../../../../../worker/core/ledger/lease/holder.ts';
import type { GrantReply, LeaseRequest, Report } from '../../../../../worker/core/ledger/messages.ts';
import { NOTHING_SPENT } from '../../../../../worker/core/ledger/types.ts';
import { LedgerInMemory } from '../support/ledger-in-memory.ts';
import { ask, idAt, isGranted, NOON, SECOND, want } from '../support/messages.ts';

const capped = (monthlyMicroUsd: number) => ({ limits: { tenant: { monthlyMicroUsd } } });
const figures = (ledger: LedgerInMemory) => ledger.figures('tenant', '2026-11');
const WHOLE = { spentMicroUsd: 0, heldMicroUsd: 0, unsettledMicroUsd: 0 };

const asking = (microUsd = 2, cap = 2): { holder: Holder; request: LeaseRequest } => {
  const request = ask(idAt(NOON), microUsd, capped(cap));
  return { holder: beginHolding(request, NOON), request };
};
const replied = (holder: Holder, reply: GrantReply, now = NOON) => nextHolder(holder, { event: 'replied', reply, now });
const running = (ledger: LedgerInMemory): Holder => {
  const { holder, request } = asking();
  return nextHolder(replied(holder, ledger.grant(request)), { event: 'starts', now: NOON + 10 });
};
const reportOf = (holder: Holder): Report => {
  const sent = nextMessage(holder);
  if (sent === undefined || 'ask' in sent) throw new Error(`${holder.state} has nothing to report`);
  return sent.report;
};

it('asks, is granted, runs, reports, is acknowledged', () => {
  const ledger = new LedgerInMemory(NOON);
  const { holder, request } = asking();
  expect(nextMessage(holder)).toEqual({ ask: request });
  const granted = replied(holder, ledger.grant(request));
  expect([granted.state, nextMessage(granted)]).toEqual(['granted', undefined]);
  const started = nextHolder(granted, { event: 'starts', now: NOON + 50 });
  expect([started.state, nextMessage(started)]).toEqual(['running', undefined]);
  const ended = nextHolder(started, { event: 'ended', spent: { microUsd: 1, tokens: 9 } });
  ledger.report(reportOf(ended));
  expect(nextHolder(ended, { event: 'acknowledged' })).toEqual({ state: 'over' });
  expect(figures(ledger)).toEqual({ ...WHOLE, spentMicroUsd: 1 });
});

it('says with its close that what was spent is a bound, and only then', () => {
  const spent = { microUsd: 2, tokens: 9 };
  const ended = (estimated?: boolean) =>
    nextHolder(running(new LedgerInMemory(NOON)), {
      event: 'ended',
      spent,
      ...(estimated !== undefined && { estimated }),
    });
  expect(reportOf(ended(true))).toMatchObject({ done: true, spent, estimated: true });
  expect(reportOf(ended(false))).not.toHaveProperty('estimated');
  expect(reportOf(ended())).not.toHaveProperty('estimated');
});

describe('ledger rule 15: who asked and does not run closes', () => {
  it.each(['the ask first', 'the close first'])(
    'A gives up, the ask is granted: 2 are not booked for nothing (%s)',
    (order) => {
      const ledger = new LedgerInMemory(NOON);
      const { holder, request } = asking();
      const close = reportOf(nextHolder(holder, { event: 'gave_up' }));
      if (order === 'the ask first') ledger.grant(request);
      ledger.report(close);
      ledger.grant(request);
      ledger.clockMs += 20 * 60 * SECOND;
      expect(figures(ledger)).toEqual(WHOLE);
    },
  );

  it('granted, and then the client is gone: it closes', () => {
    const ledger = new LedgerInMemory(NOON);
    const { holder, request } = asking();
    const left = nextHolder(replied(holder, ledger.grant(request)), { event: 'gave_up' });
    ledger.report(reportOf(left));
    expect(figures(ledger)).toEqual(WHOLE);
  });

  it('refused after it asked twice, it closes, for the other copy may still be granted', () => {
    const ledger = new LedgerInMemory(NOON);
    const first = asking();
    ledger.grant(first.request);
    const { holder, request } = asking();
    const twice = nextHolder(holder, { event: 'asked_again' });
    const refused = replied(twice, ledger.grant(request));
    ledger.report(reportOf(nextHolder(first.holder, { event: 'gave_up' })));
    // The second copy of the ask arrives now, when there is room.
    expect(isGranted(ledger.grant(request))).toBe(true);
    ledger.report(reportOf(refused));
    expect(figures(ledger)).toEqual(WHOLE);
  });

  it('refused after it asked once, it sends nothing', () => {
    const ledger = new LedgerInMemory(NOON);
    const { holder, request } = asking(3);
    const refused = replied(holder, ledger.grant(request));
    expect([refused.state, nextMessage(refused)]).toEqual(['over', undefined]);
    expect(ledger.tables.rowsWritten).toBe(0);
  });
});

it('ledger rule 16: after its close a lease is dead, also when its grant comes in late', () => {
  const ledger = new LedgerInMemory(NOON);
  const { holder, request } = asking();
  const grant = ledger.grant(request);
  const closed = nextHolder(holder, { event: 'gave_up' });
  ledger.report(reportOf(closed));
  const late = replied(closed, grant);
  expect(late).toEqual(closed);
  expect(nextHolder(late, { event: 'starts', now: NOON }).state).toBe('closing');
  expect(replied(nextHolder(late, { event: 'acknowledged' }), grant)).toEqual({ state: 'over' });
});

it('ledger rule 17: it has what the reply says, not what it wanted', () => {
  const ledger = new LedgerInMemory(NOON);
  const request = ask(idAt(NOON), 0, { ...capped(1), wants: [want(2), want(1, { mode: 'safeguard' })] });
  const holder = replied(beginHolding(request, NOON), ledger.grant(request));
  expect(holder).toMatchObject({ share: { slice: { granted: { microUsd: 1 }, mode: 'safeguard' } } });
});

it('ledger rule 18: what is freed is never used again: a closing lease starts nothing', () => {
  const ledger = new LedgerInMemory(NOON);
  const ended = nextHolder(running(ledger), { event: 'ended', spent: NOTHING_SPENT });
  expect(nextHolder(ended, { event: 'starts', now: NOON + 20 })).toEqual(ended);
  expect(nextHolder(ended, { event: 'runs_ungranted' })).toEqual(ended);
});

describe('ledger rule 19: done waits for the last request', () => {
  it('a client that leaves does not close what still runs and may still cost', () => {
    const ledger = new LedgerInMemory(NOON);
    const left = nextHolder(running(ledger), { event: 'gave_up' });
    expect([left.state, nextMessage(left)]).toEqual(['running', undefined]);
    const ended = nextHolder(left, { event: 'ended', spent: { microUsd: 1, tokens: 0 } });
    expect(reportOf(ended)).toMatchObject({ done: true, spent: { microUsd: 1 } });
  });
});

describe('ledger rule 20: a new life takes a new id', () => {
  it('not started: it closes with nothing; the old ask, late, is granted to nobody', () => {
    const ledger = new LedgerInMemory(NOON);
    const { request } = asking();
    ledger.report(reportOf(revive(request.leaseId, false)));
    expect(ledger.grant(request)).toEqual({ refused: 'lease_settled' });
    expect(figures(ledger)).toEqual(WHOLE);
  });

  it('started: it reports what is certain and leaves the rest to settleBy', () => {
    const ledger = new LedgerInMemory(NOON);
    const { request } = asking();
    ledger.grant(request);
    const reborn = revive(request.leaseId, true, { microUsd: 1, tokens: 0 });
    ledger.report(reportOf(reborn));
    expect(figures(ledger)).toEqual({ spentMicroUsd: 1, heldMicroUsd: 1, unsettledMicroUsd: 0 });
    ledger.clockMs += 95 * SECOND;
    expect(figures(ledger)).toEqual({ spentMicroUsd: 2, heldMicroUsd: 0, unsettledMicroUsd: 1 });
    expect(nextHolder(reborn, { event: 'acknowledged' })).toEqual({ state: 'over' });
  });

  it('it never asks: both lives together cannot spend one grant twice', () => {
    expect(revive(idAt(NOON), true).state).toBe('closing');
    expect(revive(idAt(NOON), false).state).toBe('closing');
  });
});

describe('ledger rule 21: a further attempt after one that may have been billed takes a further lease', () => {
  it('of money and tokens alone: no request, no slot', () => {
    const limits = { tenant: { monthlyMicroUsd: 5, rps: 1, burst: 1, parallel: 1 } };
    const ledger = new LedgerInMemory(NOON);
    const first = ask(idAt(NOON), 2, { limits, wants: [want(2, { tokens: 7 })] });
    ledger.grant(first);
    const further = () => ({
      ...first,
      leaseId: idAt(NOON),
      wants: [want(2, { requests: 0, parallel: 0, tokens: 7 })],
    });
    expect(isGranted(ledger.grant(further()))).toBe(true);
    expect(isGranted(ledger.grant(further()))).toBe(false);
    expect(figures(ledger).heldMicroUsd).toBe(4);
  });
});

describe('clocks: nothing starts at or after the time in its id + admitForMs, by the holder’s own clock', () => {
  const granted = (arrivesAfterMs: number, seenAt: number): Holder => {
    const ledger = new LedgerInMemory(NOON + arrivesAfterMs);
    const { holder, request } = asking();
    return replied(holder, ledger.grant(request), seenAt);
  };
  const starts = (holder: Holder, now: number) => nextHolder(holder, { event: 'starts', now }).state;

  it('counted from the id, not from the reply: the ledger’s 5 s end later than the holder’s', () => {
    const holder = () => granted(3 * SECOND, NOON + 4 * SECOND);
    expect(starts(holder(), NOON + 5 * SECOND - 1)).toBe('running');
    expect(starts(holder(), NOON + 5 * SECOND)).toBe('closing');
  });

  it('a repeated ask gives no more time', () => {
    const ledger = new LedgerInMemory(NOON);
    const { holder, request } = asking();
    ledger.grant(request);
    ledger.clockMs += 4 * SECOND;
    const again = nextHolder(holder, { event: 'asked_again' });
    expect(starts(replied(again, ledger.grant(request), ledger.clockMs), NOON + 5 * SECOND)).toBe('closing');
  });

  it('its time never goes back either', () => {
    expect(starts(granted(0, NOON + 6 * SECOND), NOON + SECOND)).toBe('closing');
  });

  it('tokens late in a minute must start in it', () => {
    const late = Date.UTC(2026, 10, 21, 12, 0, 59, 990);
    const request = ask(idAt(late), 0, { limits: { tenant: { tpm: 10 } }, wants: [want(0, { tokens: 1 })] });
    const reply = new LedgerInMemory(late + 4).grant(request);
    expect(reply).toMatchObject({ admitForMs: 6 });
    expect(starts(replied(beginHolding(request, late), reply, late + 5), late + 6)).toBe('closing');
  });
});

it('a ledger that cannot be reached, open by policy: it runs, and tells its scopes afterwards', () => {
  const ledger = new LedgerInMemory(NOON);
  const { holder } = asking();
  const open = nextHolder(holder, { event: 'runs_ungranted' });
  expect([open.state, nextMessage(open)]).toEqual(['running', undefined]);
  const ended = nextHolder(open, { event: 'ended', spent: { microUsd: 1, tokens: 2 } });
  expect(reportOf(ended).scopes).toEqual(['tenant']);
  ledger.report(reportOf(ended));
  expect(figures(ledger)).toEqual({ ...WHOLE, spentMicroUsd: 1 });
});

it('waits longer before each repetition, up to five seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 20].map(repeatAfterMs)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});
