/** What the attempts of a deployment count for a promise about times. */
import { expect, it } from 'vitest';
import { attemptOutcomeFor } from '../../../../../worker/core/slo/book/measured.ts';
import type { RecordedAttempt } from '../../../../../worker/core/slo/record.ts';
import type { Sli } from '../../../../../worker/core/slo/slo.ts';
import { attemptOf } from '../support/record.ts';

const TTFT: Sli = { kind: 'ttft', underMs: 1_000 };
const LATENCY: Sli = { kind: 'latency', underMs: 2_000 };
const ALL: Sli = { kind: 'all', of: [{ kind: 'success' }, TTFT, { kind: 'cost', atMostMicroUsd: 1 }] };
const FAILED = { result: 'server_error', ttftMs: null } as const;

it.each<[string, Partial<RecordedAttempt>, Sli, string | undefined]>([
  ['in time', { ttftMs: 1_000 }, TTFT, 'good'],
  ['late', { ttftMs: 1_001 }, TTFT, 'bad'],
  ['left late', { result: 'left', ttftMs: 1_001 }, TTFT, 'bad'],
  ['left before anything came', { result: 'left', ttftMs: null }, TTFT, 'left'],
  ['in one piece, in time', { ttftMs: null, ms: 900 }, TTFT, 'good'],
  ['in one piece, late', { ttftMs: null, ms: 1_100 }, TTFT, 'bad'],
  ['failed', FAILED, TTFT, 'bad'],
  ['failed', FAILED, LATENCY, 'bad'],
  ['failed', FAILED, { kind: 'success' }, 'bad'],
  ['refused for the request', { result: 'bad_request', ttftMs: null }, TTFT, 'caller'],
  ['whole in time', { ms: 2_000 }, LATENCY, 'good'],
  ['whole, late', { ms: 2_001 }, LATENCY, 'bad'],
  ['in time', { ttftMs: 1_000 }, ALL, 'good'],
  ['late', { ttftMs: 1_001 }, ALL, 'bad'],
  ['whatever it was', {}, { kind: 'quality' }, undefined],
])('%s: %j for %j counts as %s', (_, attempt, sli, outcome) => {
  expect(attemptOutcomeFor(sli, attemptOf(attempt))).toBe(outcome);
});
