/** Messages of one isolate to one ledger: together while a call is under way, at once when it is quiet, and whole when calls die. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LeaseRequest, LedgerReplies, Report } from '../../../worker/core/ledger/messages.ts';
import type { LedgerAnswer } from '../../../worker/ports.ts';
import { LedgerCalls } from '../../../worker/stores/ledger-calls.ts';
import { ask, done, idAt } from '../core/ledger/support/messages.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';

/** How long a call may take. */
const LONGEST_MS = 3_000;

let clock: TestClock;
let calls: LedgerCalls;
/** The calls that were made: how many reports and asks each brought. */
let made: [reports: number, asks: number][];
/** How long each call takes, or how it ends. */
let fate: number | 'dies' | 'fails';

beforeEach(() => {
  clock = new TestClock();
  calls = new LedgerCalls(clock);
  made = [];
  fate = 5;
});

const call = async (reports: readonly Report[], asks: readonly LeaseRequest[]): Promise<LedgerReplies> => {
  made.push([reports.length, asks.length]);
  if (fate === 'dies') return new Promise(() => {});
  if (fate === 'fails') throw new Error('it broke');
  await new Promise<void>((resume) => void clock.after(fate as number, resume));
  return {
    reports: reports.map(({ spent }) => (spent.microUsd % 2 === 0 ? 'applied' : 'unknown')),
    // Each hears of its own.
    grants: asks.map(({ leaseId }) => ({ refused: 'revoked' as const, scope: `key:${leaseId}` as const })),
  };
};

const asks = (isAlone = false) => {
  const request = ask(idAt(START), 1);
  return { id: request.leaseId, sent: calls.send({ ask: request, reports: [], isAlone, longestMs: LONGEST_MS }, call) };
};
const reports = (...spent: number[]) =>
  calls.send({ reports: spent.map((microUsd) => done(idAt(START), microUsd)), longestMs: LONGEST_MS }, call);
const own = ({ id, sent }: ReturnType<typeof asks>) =>
  sent.then(({ grant }) => expect(grant).toMatchObject({ scope: `key:${id}` }));

describe('quiet', () => {
  it('each message is sent at once, in a call of its own', async () => {
    for (let times = 0; times < 3; times++) {
      const one = asks();
      expect(made).toHaveLength(times + 1);
      await clock.run(own(one));
    }
    expect(made).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });
});

describe('while a call is under way', () => {
  it('messages gather, and the next call takes them together; each hears its own answer', async () => {
    const first = asks();
    const others = [asks(), asks(), asks()];
    const told = reports(2, 3);
    expect(made).toEqual([[0, 1]]);
    await clock.run(Promise.all([first, ...others].map(own)));
    expect(made).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect((await told).reports).toEqual(['applied', 'unknown']);
  });

  it('no message waits for a call that is older than 10 ms', async () => {
    fate = 400;
    const first = asks();
    await clock.advance(4);
    const [second, third] = [asks(), asks()];
    await clock.advance(5);
    expect(made).toHaveLength(1);
    await clock.advance(1);
    expect(made).toEqual([
      [0, 1],
      [0, 2],
    ]);
    await clock.advance(10);
    const late = asks();
    expect(made).toHaveLength(3);
    await clock.run(Promise.all([first, second, third, late].map(own)));
  });

  it('what asks to go alone does, at once', async () => {
    const first = asks();
    const alone = asks(true);
    expect(made).toHaveLength(2);
    await clock.run(Promise.all([first, alone].map(own)));
  });

  it('no call brings more than 32 asks and 64 reports; what does not fit goes with the next', async () => {
    const first = asks();
    const others = Array.from({ length: 70 }, () => asks());
    const told = Array.from({ length: 3 }, () => reports(...Array.from({ length: 40 }, () => 2)));
    await clock.run(Promise.all([first, ...others].map(own)));
    await clock.run(Promise.all(told));
    for (const [reported, asked] of made) {
      expect(reported).toBeLessThanOrEqual(64);
      expect(asked).toBeLessThanOrEqual(32);
    }
    expect(made.reduce((sum, [, asked]) => sum + asked, 0)).toBe(71);
    expect(made.reduce((sum, [reported]) => sum + reported, 0)).toBe(120);
    expect(made.length).toBeLessThanOrEqual(5);
  });
});

describe('a call that took others along', () => {
  const outcomes = (all: Promise<LedgerAnswer>[]) =>
    Promise.all(
      all.map((sent) =>
        sent.then(
          () => 'answered',
          () => 'failed',
        ),
      ),
    );

  it('and fails: all fail at once, and then each is sent by itself for a while', async () => {
    const first = asks();
    const others = [asks(), asks()];
    fate = 'fails';
    expect(await clock.run(outcomes(others.map(({ sent }) => sent)))).toEqual(['failed', 'failed']);
    await own(first);
    fate = 5;
    const before = made.length;
    await clock.run(Promise.all([asks(), asks()].map(own)));
    expect(made.slice(before)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    await clock.advance(10_000);
    await clock.run(Promise.all([asks(), asks(), asks()].map(own)));
    expect(made.at(-1)).toEqual([0, 2]);
  });

  it('and whose leader dies: its followers fail two seconds later, and the next message waits for nobody', async () => {
    const first = asks();
    const others = [asks(), asks(), asks()];
    await clock.advance(4);
    fate = 'dies';
    await clock.run(own(first));
    expect(made).toHaveLength(2);
    const [, ...followers] = others;
    const failed = outcomes(followers.map(({ sent }) => sent));
    await clock.advance(2_050);
    expect(await failed).toEqual(['failed', 'failed']);
    fate = 5;
    await clock.run(own(asks()));
    expect(made.at(-1)).toEqual([0, 1]);
  });
});

it.each([true, false])('a call that does not come back in time has failed (alone: %s)', async (isAlone) => {
  fate = 'dies';
  const { sent } = asks(isAlone);
  const outcome = sent.then(
    () => 'answered',
    () => 'failed',
  );
  await clock.advance(LONGEST_MS);
  expect(await Promise.race([outcome, 'waits'])).toBe('failed');
  expect(clock.pending).toBe(0);
});

it('a message that travels with another sets one timer, and calls it off', async () => {
  fate = 3;
  const first = asks();
  const { made: before } = clock;
  const others = [asks(), asks(), asks()];
  const { made: after } = clock;
  expect(after - before).toBe(3);
  await clock.run(Promise.all([first, ...others].map(own)));
  // The leader of the second call, whose time is limited, and the call itself.
  expect(clock.made - after).toBe(2);
  expect(clock.pending).toBe(0);
});

it('whenever messages come, and however calls fare: each is in one call at most, and is answered or fails', async () => {
  const message = fc.record({ afterMs: fc.constantFrom(0, 0, 0, 1, 4, 11, 300), isAsk: fc.boolean() });
  const fates = fc.constantFrom(0, 3, 40, 'fails' as const, 'dies' as const);
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 40 }), fc.array(fates), async (all, fatesOfCalls) => {
      clock = new TestClock();
      calls = new LedgerCalls(clock);
      const seen: string[] = [];
      const noting = (reported: readonly Report[], asked: readonly LeaseRequest[]): Promise<LedgerReplies> => {
        seen.push(...reported.map(({ leaseId }) => leaseId), ...asked.map(({ leaseId }) => leaseId));
        fate = fatesOfCalls.shift() ?? 2;
        return call(reported, asked);
      };
      const sent: Promise<unknown>[] = [];
      for (const { afterMs, isAsk } of all) {
        await clock.advance(afterMs);
        const id = idAt(clock.now());
        const one = isAsk ? { ask: ask(id, 1), reports: [] } : { reports: [done(id, 2)] };
        const outcome = calls.send({ ...one, longestMs: LONGEST_MS }, noting).then(
          ({ grant }) => isAsk && expect(grant).toMatchObject({ scope: `key:${id}` }),
          () => {},
        );
        sent.push(outcome);
      }
      await clock.run(Promise.all(sent));
      expect(seen).toHaveLength(all.length);
      expect(new Set(seen).size).toBe(all.length);
    }),
    { numRuns: 200 },
  );
});
