import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_RULES, type Failure } from '../../../../worker/core/routing/failure.ts';
import { backoffMs, decideNext, type NextStep, type Tried } from '../../../../worker/core/routing/next.ts';
import type { Plan, Slot } from '../../../../worker/core/routing/plan.ts';
import { aFailure, aRandom, failureOf, START } from './arbitraries.ts';

const SETTINGS = { numRetries: 2, maxRetryAfterWaitMs: 2_000 };
const FAR = START + 1_000_000;

const someSlots: fc.Arbitrary<Slot[]> = fc
  .array(
    fc.record({
      model: fc.constantFrom('small', 'large', 'other'),
      provider: fc.constantFrom('one', 'two'),
      order: fc.integer({ min: 1, max: 3 }),
      probe: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((slots) =>
    slots.toSorted((one, other) => one.order - other.order).map((slot, index) => ({ ...slot, id: `d${index}` })),
  );

const aResult = fc.oneof({ weight: 4, arbitrary: aFailure }, { weight: 1, arbitrary: fc.constant('skipped' as const) });

const aRun = fc.record({
  slots: someSlots,
  results: fc.array(fc.tuple(aResult, fc.integer({ min: 0, max: 5_000 })), { minLength: 40, maxLength: 40 }),
  settings: fc.record({
    numRetries: fc.integer({ min: 0, max: 4 }),
    maxRetryAfterWaitMs: fc.integer({ min: 0, max: 6_000 }),
  }),
  totalMs: fc.integer({ min: 100, max: 60_000 }),
  random: aRandom,
});

interface Move {
  step: Extract<NextStep, { kind: 'attempt' }>;
  at: number;
  before: Tried[];
}

/** Each attempt fails as the script says, in order, until the request ends. */
function run({ slots, results, settings, totalMs, random }: typeof aRun extends fc.Arbitrary<infer R> ? R : never) {
  const tried: Tried[] = [];
  const moves: Move[] = [];
  const deadlineAt = START + totalMs;
  let now = START;
  for (const [result, tookMs] of results) {
    const step = decideNext({ slots }, tried, now, deadlineAt, settings, random);
    if (step.kind !== 'attempt') return { end: step, moves, tried, now, deadlineAt };
    moves.push({ step, at: now, before: [...tried] });
    now += step.delayMs + (result === 'skipped' ? 0 : tookMs);
    tried.push({ slot: step.slot, failure: result });
  }
  throw new Error('does not end');
}

const failuresOf = (tried: readonly Tried[]): Failure[] =>
  tried.flatMap(({ failure }) => (failure === 'skipped' ? [] : [failure]));

describe('any sequence of failures', () => {
  it('ends: no deployment is tried more than twice', () => {
    fc.assert(
      fc.property(aRun, (script) => {
        const { tried } = run(script);
        for (const { id } of script.slots)
          expect(tried.filter(({ slot }) => slot.id === id).length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('tries a deployment twice only where that may help: not silent, slow, cooling or half-open ones', () => {
    fc.assert(
      fc.property(aRun, (script) => {
        for (const { step, before } of run(script).moves) {
          const earlier = before.find(({ slot }) => slot.id === step.slot.id);
          if (earlier === undefined) continue;
          expect(earlier.failure).not.toBe('skipped');
          expect(earlier.slot.probe).toBe(false);
          if (earlier.failure === 'skipped') continue;
          expect(FAILURE_RULES[earlier.failure.kind].sameAgain).toBe(true);
          // A deployment whose attempt may be billed is asked again only as the last resort, and only if its answer was cut.
          if (earlier.failure.mayBeBilled) expect(earlier.failure.kind).toBe('cut');
        }
      }),
    );
  });

  it('waits before the same deployment only: no longer than maxRetryAfterWait, no sooner than asked, never past the deadline', () => {
    fc.assert(
      fc.property(aRun, (script) => {
        const { moves, deadlineAt } = run(script);
        for (const { step, at, before } of moves) {
          const earlier = before.find(({ slot }) => slot.id === step.slot.id);
          if (earlier === undefined || earlier.failure === 'skipped') {
            expect(step.delayMs).toBe(0);
            continue;
          }
          const { retryAfterMs, kind } = earlier.failure;
          if (kind === 'cut' && step.delayMs === 0) continue;
          if (retryAfterMs === undefined) expect(step.delayMs).toBeLessThanOrEqual(250);
          else {
            expect(step.delayMs).toBeGreaterThanOrEqual(retryAfterMs);
            expect(step.delayMs).toBeLessThanOrEqual(script.settings.maxRetryAfterWaitMs);
          }
          expect(at + step.delayMs).toBeLessThan(deadlineAt);
        }
      }),
    );
  });

  it('stays within numRetries in a group, and never comes back to one it has left', () => {
    fc.assert(
      fc.property(aRun, (script) => {
        const { tried } = run(script);
        const orders = tried.flatMap(({ slot, failure }) => (failure === 'skipped' ? [] : [slot.order]));
        const isOnceMore = failuresOf(tried).some(({ kind }) => ['too_long', 'unsupported', 'cut'].includes(kind));
        if (!isOnceMore) expect(orders).toEqual(orders.toSorted((one, other) => one - other));
        for (const order of new Set(orders)) {
          const attempts = orders.filter((one) => one === order).length;
          expect(attempts).toBeLessThanOrEqual(script.settings.numRetries + 1 + (isOnceMore ? 1 : 0));
        }
      }),
    );
  });

  it('moves to the next group only when this one has nobody left to try, or no retries', () => {
    fc.assert(
      fc.property(aRun, (script) => {
        for (const { step, before } of run(script).moves) {
          const last = before.findLast(({ failure }) => failure !== 'skipped');
          if (last === undefined || last.slot.order === step.slot.order) continue;
          if (last.failure !== 'skipped' && FAILURE_RULES[last.failure.kind].blame === 'request') continue;
          // The last resort is the deployment whose answer was cut.
          if (before.some(({ slot, failure }) => slot.id === step.slot.id && failure !== 'skipped')) continue;
          const attempts = before.filter(
            ({ slot, failure }) => failure !== 'skipped' && slot.order === last.slot.order,
          );
          const untried = script.slots.filter(
            ({ order, id, model }) =>
              order === last.slot.order &&
              !before.some(
                ({ slot, failure }) =>
                  slot.id === id || (failure !== 'skipped' && failure.kind === 'too_long' && slot.model === model),
              ),
          );
          expect(untried.length === 0 || attempts.length > script.settings.numRetries).toBe(true);
        }
      }),
    );
  });

  it('ends with the first fault of the caller’s; only one about the model is asked once more, of somebody else', () => {
    fc.assert(
      fc.property(aRun, (script) => {
        const { moves, end, tried } = run(script);
        const failed = tried.filter(({ failure }) => failure !== 'skipped');
        const first = failed.findIndex(
          ({ failure }) => failure !== 'skipped' && FAILURE_RULES[failure.kind].blame === 'request',
        );
        if (first === -1) return;
        const fault = failed[first]?.failure as Failure;
        expect(end).toEqual({ kind: 'reject', failure: fault });
        expect(failed.length - first - 1).toBeLessThanOrEqual(FAILURE_RULES[fault.kind].elsewhere ? 1 : 0);
        for (const { step, before } of moves) {
          const full = before.flatMap(({ slot, failure }) =>
            failure !== 'skipped' && failure.kind === 'too_long' ? [slot.model] : [],
          );
          expect(full).not.toContain(step.slot.model);
        }
      }),
    );
  });

  it('is never answered with an attempt after the deadline', () => {
    fc.assert(
      fc.property(aRun, (script) => {
        const { moves, end, now, deadlineAt } = run(script);
        for (const { at } of moves) expect(at).toBeLessThan(deadlineAt);
        if (end.kind !== 'reject') expect(end.kind === 'deadline').toBe(now >= deadlineAt);
      }),
    );
  });
});

const slot = (id: string, order = 1, model = 'm', probe = false): Slot => ({ id, order, model, provider: 'p', probe });
const path = (slots: Slot[], ...results: Tried['failure'][]) => pathOf({ slots }, ...results);
const pathOf = (plan: Plan, ...results: Tried['failure'][]) => {
  const tried: Tried[] = [];
  const words: string[] = [];
  for (let move = 0; move < 20; move++) {
    const step = decideNext(plan, tried, START, FAR, SETTINGS, () => 0.5);
    if (step.kind !== 'attempt') return [...words, step.kind].join(' ');
    words.push(step.delayMs > 0 ? `${step.slot.id}+${step.delayMs}` : step.slot.id);
    tried.push({ slot: step.slot, failure: results[move] ?? failureOf('server_error') });
  }
  return 'endless';
};

describe('in words', () => {
  const ab = [slot('a', 1), slot('b', 2)];
  const down = failureOf('server_error');

  it.each<[string, Slot[], Tried['failure'][], string]>([
    ['a single 5xx is tried again once, then failed over', ab, [], 'a a+125 b b+125 exhausted'],
    ['a sibling comes before the same again', [slot('a'), slot('b'), slot('c', 2)], [], 'a b b+125 c c+125 exhausted'],
    [
      'numRetries ends a group',
      [slot('a'), slot('b'), slot('c'), slot('d'), slot('e', 2)],
      [],
      'a b c e e+125 exhausted',
    ],
    ['silence is not asked twice', ab, [failureOf('silent'), failureOf('slow')], 'a b exhausted'],
    ['a short time asked for is waited for', ab, [failureOf('rate_limited', 1_500)], 'a a+1500 b b+125 exhausted'],
    ['a long one is not', ab, [failureOf('rate_limited', 2_001)], 'a b b+125 exhausted'],
    [
      'a failed probe is not waited for',
      [slot('a', 1, 'm', true), slot('b', 2)],
      [failureOf('rate_limited', 1_500)],
      'a b b+125 exhausted',
    ],
    ['no money: the next', ab, [failureOf('no_money')], 'a b b+125 exhausted'],
    ['a place refused: the next', ab, [failureOf('region')], 'a b b+125 exhausted'],
    ['a redirect: the next', ab, [failureOf('redirected')], 'a b b+125 exhausted'],
    ['a flagged prompt: nobody else', ab, [failureOf('flagged')], 'a reject'],
    ['the caller’s 400: nobody else', ab, [failureOf('bad_request')], 'a reject'],
    ['the caller’s 400 after a failover too', ab, [down, down, failureOf('bad_request')], 'a a+125 b reject'],
    ['too long: not for the same model', ab, [failureOf('too_long')], 'a reject'],
    [
      'too long: once for another',
      [slot('a', 1, 's'), slot('b', 2, 's'), slot('c', 3, 'l')],
      [failureOf('too_long'), failureOf('too_long')],
      'a c reject',
    ],
    [
      'too long: twice is enough',
      [slot('a', 1, 's'), slot('b', 2, 'l'), slot('c', 3, 'o')],
      [failureOf('too_long'), failureOf('too_long')],
      'a b reject',
    ],
    [
      'too long, then down: what the caller can mend is told',
      [slot('a', 1, 's'), slot('b', 2, 's'), slot('c', 2, 'l')],
      [failureOf('too_long')],
      'a c reject',
    ],
    [
      'a limit of the account’s: the same model elsewhere',
      ab,
      [{ ...failureOf('too_long'), status: 429 }],
      'a b reject',
    ],
    ['not supported: not by the same model of the same provider', ab, [failureOf('unsupported')], 'a reject'],
    [
      'not supported: by another provider’s, once',
      [slot('a'), { ...slot('b', 2), provider: 'q' }, { ...slot('c', 3), provider: 'r' }],
      [failureOf('unsupported'), failureOf('server_error')],
      'a b reject',
    ],
    [
      'not supported, after a failover',
      [slot('a', 1, 's'), slot('b', 2), slot('c', 3, 'l')],
      [failureOf('silent'), failureOf('unsupported')],
      'a b c reject',
    ],
    [
      'what may be billed is not asked again',
      ab,
      [
        { ...down, mayBeBilled: true },
        { ...down, mayBeBilled: true },
      ],
      'a b exhausted',
    ],
    [
      'a cut answer is, when all others have failed',
      ab,
      [{ ...failureOf('cut'), mayBeBilled: true }],
      'a b b+125 a exhausted',
    ],
    ['what cut it does not matter if it cost nothing', ab, [failureOf('cut')], 'a a+125 b b+125 exhausted'],
    ['one that is full is passed over', ab, ['skipped'], 'a b b+125 exhausted'],
    ['a full sibling does not end the retries', [slot('a'), slot('b')], [down, 'skipped'], 'a b a+125 exhausted'],
    ['all full', ab, ['skipped', 'skipped'], 'a b exhausted'],
    ['nobody there', [], [], 'exhausted'],
  ])('%s', (_, slots, results, expected) => {
    expect(path(slots, ...results)).toBe(expected);
  });
});

it('those in cooldown are asked when all others have failed, within their group’s retries', () => {
  const plan = { slots: [slot('a')], cooling: [slot('b', 2), slot('c', 1)] };
  expect(pathOf(plan)).toBe('a a+125 b b+125 c exhausted');
  expect(pathOf(plan, failureOf('server_error'), failureOf('server_error'), failureOf('silent'))).toBe(
    'a a+125 b c exhausted',
  );
  expect(pathOf(plan, failureOf('bad_request'))).toBe('a reject');
  expect(pathOf(plan, failureOf('unsupported'))).toBe('a reject');
});

it('a wait that the deadline would cut is not begun: the next group is asked at once', () => {
  const tried = [{ slot: slot('a'), failure: failureOf('rate_limited', 1_500) }];
  const step = (leftMs: number) =>
    decideNext({ slots: [slot('a'), slot('b', 2)] }, tried, START, START + leftMs, SETTINGS, () => 0.5);
  expect(step(1_501)).toMatchObject({ slot: { id: 'a' }, delayMs: 1_500 });
  expect(step(1_500)).toMatchObject({ slot: { id: 'b' }, delayMs: 0 });
});

describe('backoff', () => {
  it('is anywhere between zero and a ceiling that doubles up to two seconds', () => {
    const ceilings = [0, 1, 2, 3, 9].map((retry) => backoffMs(retry, () => 1));
    expect(ceilings).toEqual([250, 500, 1_000, 2_000, 2_000]);
    expect([0, 1, 9].map((retry) => backoffMs(retry, () => 0))).toEqual([0, 0, 0]);
  });
});
