import * as fc from 'fast-check';
import { uuidV7 } from '../../../../../protocol/uuid-v7.ts';
import type { RecordedAttempt, RequestRecord } from '../../../../../worker/core/slo/record.ts';
import { anAttempt, aRecord } from '../../../../support/a-record.ts';

export const AT = 1_800_000_000_000;

/** An ordinary answer, with what a test wants otherwise. */
export const recordOf = (more: Partial<RequestRecord> = {}): RequestRecord =>
  aRecord({
    requestId: uuidV7(more.arrivedAt ?? AT, [1, 2, 3, 4, 5, 6, 7, 0, 0, 1]),
    ...{ arrivedAt: AT, keyId: 'key-1', class: null, promptVersion: null, build: 'v1', attempts: [attemptOf()] },
    ...{ deployment: 'a', model: 'small', ttftMs: 400, totalMs: 1_900 },
    ...{ inputTokens: 100, cachedTokens: 0, outputTokens: 50, reasoningTokens: 0, costMicroUsd: 300 },
    ...more,
  });

export const attemptOf = (more: Partial<RecordedAttempt> = {}): RecordedAttempt =>
  anAttempt({ deployment: 'a', model: 'small', startedMs: 3, ttftMs: 390, ms: 1_890, ...more });

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
const name = oneOf('acme', 'globex', 'chat "quoted"', 'ünï', '');

/** Any record. */
export const anyRecord: fc.Arbitrary<RequestRecord> = fc
  .record({
    arrivedAt: fc.integer({ min: AT, max: AT + 60_000 }),
    tenant: fc.option(name),
    userHash: fc.option(oneOf('0123456789abcdef', 'fedcba9876543210')),
    feature: fc.option(name),
    stream: fc.boolean(),
    cache: oneOf(null, 'hit', 'miss'),
    cacheAgeS: fc.option(fc.nat(3_600)),
    deployment: fc.option(oneOf('a', 'b')),
    attempts: fc.array(
      fc
        .record({ deployment: oneOf('a', 'b'), ttftMs: fc.option(fc.nat(9_999)), ms: fc.nat(9_999) })
        .map((attempt) => attemptOf({ ...attempt, result: attempt.ttftMs === null ? 'server_error' : 'success' })),
      { maxLength: 4 },
    ),
    ttftMs: fc.option(fc.nat(60_000)),
    totalMs: fc.nat(60_000),
    costMicroUsd: fc.nat(1_000_000),
    estimated: fc.boolean(),
    code: oneOf(null, 'providers_unavailable', 'invalid_body'),
    ending: oneOf('complete', 'left', 'cut', 'refused'),
    drill: fc.option(oneOf('drill-1')),
    random: fc.array(fc.nat(255), { minLength: 10, maxLength: 10 }),
  })
  .map(({ random, ...more }) =>
    recordOf({ ...(more as Partial<RequestRecord>), requestId: uuidV7(more.arrivedAt, random) }),
  );
