import fc from 'fast-check';
import type { Want } from '../../../../../worker/core/ledger/messages.ts';
import type { Limits, Scope } from '../../../../../worker/core/ledger/types.ts';
import { DAY, HOUR, MINUTE, SECOND } from './messages.ts';

/** Everything that may happen, in any order. `of` counts back over the asks so far. */
export type Command =
  | {
      do: 'ask';
      scopes: Scope[];
      wants: Want[];
      sliceShare: number | undefined;
      idAgeMs: number;
      admitForMs: number;
      runForMs: number;
      deaf: boolean;
    }
  | { do: 'askAgain'; of: number }
  | {
      do: 'report';
      of: number;
      spent: number;
      tokens: number;
      freed: number;
      parallel: number;
      done: boolean;
      estimated: boolean;
    }
  | { do: 'closeUnasked'; idAgeMs: number; scopes: Scope[] | undefined; spent: number; estimated: boolean }
  | { do: 'pass'; ms: number }
  | { do: 'setLimits'; scope: Scope; limits: Partial<Limits> }
  | { do: 'revoke'; scope: Scope; revoked: boolean }
  | { do: 'adjust'; scope: Scope; deltaMicroUsd: number | null; earlier: boolean }
  | { do: 'kill' }
  | { do: 'fold'; rows: number }
  /** The next call's rows cannot be written. */
  | { do: 'fail' };

export const SCOPES: readonly Scope[] = ['tenant', 'user:a', 'user:b', 'feature:f', 'anonymous'];

/** What config says; the admin API overrides some of it during the run. */
export const CONFIGURED: Partial<Record<Scope, Partial<Limits>>> = {
  tenant: { monthlyMicroUsd: 30, dailyMicroUsd: 20, rps: 1, burst: 4 },
  'user:a': { dailyMicroUsd: 8, parallel: 3 },
  'user:b': { monthlyMicroUsd: 12, tpm: 10 },
  'feature:f': { rps: 0.5, burst: 2, tpm: 12 },
};

/** The last seconds of an ordinary minute, of a day, a month, a February with 29 days, and a year. */
export const BEGINNINGS: readonly number[] = [
  Date.UTC(2026, 10, 21, 12, 0, 57),
  Date.UTC(2026, 10, 21, 23, 59, 55),
  Date.UTC(2026, 10, 30, 23, 59, 50),
  Date.UTC(2028, 1, 28, 23, 59, 50),
  Date.UTC(2028, 1, 29, 23, 59, 50),
  Date.UTC(2026, 11, 31, 23, 59, 50),
];

const amount = fc.nat({ max: 9 });
const scopes = fc.subarray([...SCOPES], { minLength: 1, maxLength: 4 });
const scope = fc.constantFrom(...SCOPES);
const idAgeMs = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 3_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(-60_001, -60_000, -20_000, 59_999, 60_000, 60_001, HOUR) },
);
const want = fc.record<Want>({
  microUsd: amount,
  tokens: fc.oneof(fc.constant(0), amount),
  requests: fc.constantFrom(0, 1, 1, 1, 2, 3),
  parallel: fc.constantFrom(0, 1, 1, 2),
  mode: fc.constantFrom('normal', 'safeguard'),
});
const cap = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 25 }) }, { weight: 1, arbitrary: fc.constant(null) });
const limits = fc.record<Partial<Limits>>(
  {
    monthlyMicroUsd: cap,
    dailyMicroUsd: cap,
    rps: fc.constantFrom(null, 0.1, 1, 2, 50),
    burst: fc.constantFrom(null, 1, 2, 5, 40),
    tpm: cap,
    parallel: fc.constantFrom(null, 0, 1, 3),
  },
  { requiredKeys: [] },
);
const of = fc.nat({ max: 7 });
const passing = fc.constantFrom(0, 1, 40, SECOND, 3 * SECOND, 10 * SECOND, MINUTE, MINUTE + 1, 95 * SECOND);
const leaping = fc.constantFrom(16 * MINUTE, HOUR, HOUR + 2 * MINUTE, DAY, 31 * DAY, -SECOND, -MINUTE, -DAY, -40 * DAY);

export const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      scopes,
      wants: fc.array(want, { minLength: 1, maxLength: 3 }),
      sliceShare: fc.constantFrom(undefined, 1, 3 / 4, 1 / 2, 1 / 4),
      idAgeMs,
      admitForMs: fc.constantFrom(1, 1_000, 5_000, 10_000),
      runForMs: fc.constantFrom(0, 10_000, 120_000),
      deaf: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('askAgain' as const), of }) },
  {
    weight: 10,
    arbitrary: fc.record({
      ...{ do: fc.constant('report' as const), of, spent: amount, tokens: amount, freed: amount },
      ...{ parallel: fc.nat({ max: 2 }), done: fc.boolean(), estimated: fc.boolean() },
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: fc.constant('closeUnasked' as const), idAgeMs, spent: amount, estimated: fc.boolean() },
      scopes: fc.option(scopes, { nil: undefined }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: passing }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: leaping }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('setLimits' as const), scope, limits }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), scope, revoked: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: fc.constant('adjust' as const), scope, earlier: fc.boolean() },
      deltaMicroUsd: fc.oneof(fc.constant(null), fc.integer({ min: -9, max: 9 })),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'kill' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fold' as const), rows: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'fail' as const }) },
);
