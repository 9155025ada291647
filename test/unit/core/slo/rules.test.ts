import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { OWN_CODES, type RouterError } from '../../../../protocol/errors.ts';
import {
  EXCLUDED_REASONS,
  SLI_RULES,
  successVerdict,
  type VerdictSettings,
} from '../../../../worker/core/slo/rules.ts';
import { countedKey, sliOutcome } from '../../../../worker/core/slo/sli-outcome.ts';
import type { Sli } from '../../../../worker/core/slo/slo.ts';
import { ARRIVED_AT, judged } from './support/judged.ts';

const slo: VerdictSettings = {
  staleIs: 'good',
  maintenance: { mostMinutes: 60, perQuarter: 2, noticeHours: 48, windows: [] },
};
const withWindow = (from: number, to: number): VerdictSettings => {
  const window = { from, to, reason: 'a new region', announcedAt: 0 };
  return { ...slo, maintenance: { ...slo.maintenance, windows: [window] } };
};
const outcome = (sli: Sli, record: Parameters<typeof judged>[0], settings = slo) =>
  sliOutcome(judged(record), { sli, countsInSlo: false }, settings);

const SUCCESS: Sli = { kind: 'success' };
const TTFT: Sli = { kind: 'ttft', underMs: 2_500 };
const LATENCY: Sli = { kind: 'latency', underMs: 10_000 };
const COST: Sli = { kind: 'cost', atMostMicroUsd: 20_000 };
const LEFT_EARLY = { ending: 'left', ttftMs: null, totalMs: 2_500 } as const;
const LEFT_LATE = { ending: 'left', ttftMs: null, totalMs: 2_501 } as const;
const FAILED = { ending: 'refused', code: 'providers_unavailable', ttftMs: null } as const;

describe('the verdict', () => {
  it.each([
    ['a complete answer', {}, { outcome: 'good' }],
    ['a stale answer', { staleCause: 'providers_unavailable' }, { outcome: 'good' }],
    ['left after content', { ending: 'left' }, { outcome: 'good' }],
    ['left after content, with a code', { ending: 'left', code: 'client_gone' }, { outcome: 'good' }],
    ['left before content', LEFT_EARLY, { outcome: 'excluded', reason: 'left' }],
    [
      'left before content, with a code',
      { ...LEFT_LATE, code: 'client_gone' },
      { outcome: 'excluded', reason: 'left' },
    ],
    ['cut', { ending: 'cut', code: 'stream_interrupted' }, { outcome: 'bad', layer: 'inference' }],
    ['cut without a code', { ending: 'cut' }, { outcome: 'bad', layer: 'inference' }],
    ['refused without a code', { ending: 'refused' }, { outcome: 'bad', layer: 'gateway' }],
    ['stopped after content', { ending: 'cut', code: 'stopped' }, { outcome: 'excluded', reason: 'stopped' }],
    ['refused: budget', { ending: 'refused', code: 'budget_exceeded' }, { outcome: 'excluded', reason: 'budget' }],
    ['a drill that failed', { ...FAILED, drill: 'drill-1' }, { outcome: 'excluded', reason: 'drill' }],
  ] as const)('of %s', (_name, record, verdict) => expect(successVerdict(judged(record), slo)).toEqual(verdict));

  test('of each code is also that of a refusal, and every reason occurs', () => {
    for (const code of OWN_CODES)
      expect(successVerdict(judged({ ending: 'refused', code, ttftMs: null }), slo)).toBe(SLI_RULES[code]);
    const reasons = Object.values(SLI_RULES).flatMap((verdict) =>
      verdict.outcome === 'excluded' ? [verdict.reason] : [],
    );
    expect(new Set([...reasons, 'maintenance', 'drill'])).toEqual(new Set(EXCLUDED_REASONS));
  });

  test('on a stale answer, if stale is bad, is that of the error that the answer stands in for', () => {
    const isBad: VerdictSettings = { ...slo, staleIs: 'bad' };
    expect(successVerdict(judged({ staleCause: 'deadline_exceeded' }), isBad)).toEqual({
      outcome: 'bad',
      layer: 'inference',
    });
    expect(successVerdict(judged({ staleCause: 'ledger_unavailable' }), isBad)).toEqual({
      outcome: 'bad',
      layer: 'gateway',
    });
    expect(successVerdict(judged({ staleCause: 'budget_exceeded' }), isBad)).toEqual({
      outcome: 'excluded',
      reason: 'budget',
    });
    // A client that leaves in the middle of a stale answer was given one.
    const left = judged({ staleCause: 'deadline_exceeded', ending: 'left' });
    expect([successVerdict(left, isBad).outcome, successVerdict(left, slo).outcome]).toEqual(['bad', 'good']);
    const early = judged({ ...LEFT_EARLY, staleCause: 'deadline_exceeded' });
    expect(successVerdict(early, isBad)).toEqual({ outcome: 'excluded', reason: 'left' });
  });

  it.each([
    ['arrives at its start', 0, 60_000, true],
    ['arrives in the millisecond it ends', -60_000, 0, false],
    ['ends as it starts', 1_000, 60_000, true],
    ['ends before it starts', 1_001, 60_000, false],
    ['spans it', 100, 200, true],
  ])('a request that %s', (_name, fromMs, toMs, isExcluded) => {
    const settings = withWindow(ARRIVED_AT + fromMs, ARRIVED_AT + toMs);
    const verdict = successVerdict(judged({ ...FAILED, totalMs: 1_000 }), settings);
    expect(verdict.outcome).toBe(isExcluded ? 'excluded' : 'bad');
  });

  test('on a code that only another build knows is bad, and nothing throws', () => {
    const newer = { ...judged({ ending: 'refused', ttftMs: null }), code: 'of_tomorrow' as RouterError['code'] };
    expect(successVerdict(newer, slo)).toEqual({ outcome: 'bad', layer: 'gateway' });
  });

  test('counts drills only for objectives that ask for them', () => {
    const drill = judged({ ...FAILED, drill: 'drill-1' });
    expect(successVerdict(drill, slo, true)).toEqual({ outcome: 'bad', layer: 'inference' });
    expect(sliOutcome(drill, { sli: SUCCESS, countsInSlo: true }, slo)).toBe('bad');
    expect(sliOutcome(drill, { sli: TTFT, countsInSlo: false }, slo)).toBe('drill');
  });
});

describe('what a request counts as', () => {
  it.each([
    ['ttft at its bound', TTFT, { ttftMs: 2_500 }, 'good'],
    ['ttft above its bound', TTFT, { ttftMs: 2_501 }, 'bad'],
    ['ttft of a stream that broke off', TTFT, { ending: 'cut', code: 'stream_interrupted', ttftMs: 10 }, 'good'],
    ['ttft of a failure before content', TTFT, FAILED, undefined],
    ['ttft of one that left in time', TTFT, LEFT_EARLY, 'left'],
    ['ttft of one that left too late', TTFT, LEFT_LATE, 'bad'],
    [
      'ttft of one stopped in time',
      TTFT,
      { ending: 'refused', code: 'stopped', ttftMs: null, totalMs: 100 },
      'stopped',
    ],
    ['ttft of one stopped too late', TTFT, { ending: 'refused', code: 'stopped', ttftMs: null, totalMs: 9_999 }, 'bad'],
    ['ttft of a mistake of the caller', TTFT, { ending: 'refused', code: 'invalid_json', ttftMs: null }, 'caller'],
    ['ttft of a hit', TTFT, { ttftMs: 1 }, 'good'],
    ['latency at its bound', LATENCY, { totalMs: 10_000 }, 'good'],
    ['latency above its bound', LATENCY, { totalMs: 10_001 }, 'bad'],
    ['latency of a failure', LATENCY, { ...FAILED, totalMs: 90_000 }, undefined],
    ['latency of a cut', LATENCY, { ending: 'cut', code: 'stream_interrupted' }, undefined],
    ['latency of one that left in time', LATENCY, { ending: 'left', totalMs: 9_000 }, 'left'],
    ['latency of one that left too late', LATENCY, { ending: 'left', totalMs: 10_001 }, 'bad'],
    ['cost at its bound', COST, { costMicroUsd: 20_000 }, 'good'],
    ['cost above its bound', COST, { costMicroUsd: 20_001 }, 'bad'],
    ['cost of a dear failure', COST, { ...FAILED, costMicroUsd: 20_001 }, 'bad'],
    ['cost of one that left before content', COST, LEFT_EARLY, 'left'],
    ['quality', { kind: 'quality' }, {}, undefined],
    ['valid', { kind: 'valid' }, {}, undefined],
    ['external', { kind: 'external', name: 'retrieval' }, {}, undefined],
  ] as const)('%s', (_name, sli, record, expected) => expect(outcome(sli, record)).toBe(expected));

  const BOTH: Sli = { kind: 'all', of: [SUCCESS, TTFT] };

  it.each([
    ['both kept', {}, 'good'],
    ['too slow', { ttftMs: 3_000 }, 'bad'],
    ['failed', FAILED, 'bad'],
    ['broken off', { ending: 'cut', code: 'stream_interrupted' }, 'bad'],
    ['left too late', LEFT_LATE, 'bad'],
    ['left early', LEFT_EARLY, 'left'],
    ['a mistake of the caller', { ending: 'refused', code: 'invalid_json', ttftMs: null }, 'caller'],
  ] as const)('of a composite: %s', (_name, record, expected) => expect(outcome(BOTH, record)).toBe(expected));

  test('a composite without parts that requests count for measures no request', () => {
    expect(outcome({ kind: 'all', of: [] }, {})).toBeUndefined();
  });

  test('in a maintenance window no request counts for any promise', () => {
    for (const sli of [SUCCESS, TTFT, LATENCY, COST, BOTH]) {
      expect(outcome(sli, LEFT_LATE, withWindow(ARRIVED_AT, ARRIVED_AT + 1))).toBe('maintenance');
    }
  });

  test('a request is good for a composite only if no part is bad', () => {
    const record = fc.record({
      ttftMs: fc.option(fc.nat(5_000)),
      totalMs: fc.nat(20_000),
      costMicroUsd: fc.nat(40_000),
      code: fc.option(fc.constantFrom(...OWN_CODES)),
      ending: fc.constantFrom('complete' as const, 'left' as const, 'cut' as const, 'refused' as const),
    });
    const parts = [SUCCESS, TTFT, LATENCY, COST];
    fc.assert(
      fc.property(record, (some) => {
        const outcomes = parts.map((sli) => outcome(sli, some));
        const all = outcome({ kind: 'all', of: parts }, some);
        expect(all === 'bad').toBe(outcomes.includes('bad'));
        expect(all === 'good').toBe(!outcomes.includes('bad') && outcomes.includes('good'));
      }),
    );
  });

  test('objectives that count the same share one counter name', () => {
    const key = (sli: Sli, countsInSlo = false) => countedKey({ sli, countsInSlo });
    expect(
      [SUCCESS, TTFT, LATENCY, COST, BOTH, { kind: 'external' as const, name: 'retrieval' }].map((sli) => key(sli)),
    ).toEqual(['success', 'ttft:2500', 'latency:10000', 'cost:20000', 'all(success,ttft:2500)', 'external:retrieval']);
    expect(key(SUCCESS, true)).toBe('success+drills');
    expect(key({ kind: 'quality' }, true)).toBe('quality');
  });
});
