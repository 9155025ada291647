/** Records of requests, for tests of the code that reads them. */
import type { RecordedAttempt, RequestRecord } from '../../worker/core/slo/record.ts';

/** The record of a request that the first attempt answered, with `changes`. */
export const aRecord = (changes: Partial<RequestRecord> = {}): RequestRecord => ({
  ...{ requestId: '019ab2c4-5e6f-7a1b-8c2d-0123456789ab', arrivedAt: 1_800_000_000_000, traceparent: null },
  ...{ tenant: 'acme', userHash: '0123456789abcdef', feature: 'chat', alias: 'app/chat', keyId: 'k1', class: 'gold' },
  ...{ door: 'chat-completions', stream: true, mode: 'normal', cache: null, cacheAgeS: null, cacheTtlS: null },
  ...{ role: 'own', deployment: 'gpt', provider: 'openai', model: 'gpt-5-mini', colo: 'FRA', build: 'b-7' },
  ...{ promptVersion: 'v3', attempts: [anAttempt()], hops: 0, ttftMs: 420, totalMs: 2_000 },
  ...{
    inputTokens: 120,
    cachedTokens: 20,
    outputTokens: 80,
    reasoningTokens: 30,
    costMicroUsd: 1_234,
    failedMicroUsd: 0,
    estimated: false,
  },
  ...{
    finishReason: 'stop',
    status: 200,
    code: null,
    staleCause: null,
    ending: 'complete',
    drill: null,
    experiment: null,
    valid: null,
  },
  ...changes,
});

/** An attempt that succeeded, with `changes`. */
export const anAttempt = (changes: Partial<RecordedAttempt> = {}): RecordedAttempt => ({
  ...{ deployment: 'gpt', provider: 'openai', model: 'gpt-5-mini', startedMs: 10, ttftMs: 400, ms: 1_980 },
  ...{ result: 'success', status: null, hop: 0 },
  ...changes,
});

/** The record of a request that failed over from one deployment to another, with `changes`. */
export const aFailover = (changes: Partial<RequestRecord> = {}): RequestRecord =>
  aRecord({
    attempts: [
      anAttempt({ deployment: 'first', ttftMs: null, ms: 90, result: 'server_error', status: 500 }),
      anAttempt({ deployment: 'claude', provider: 'anthropic', model: 'claude-haiku-4-5', startedMs: 110, hop: 1 }),
    ],
    ...{ hops: 1, deployment: 'claude', provider: 'anthropic', model: 'claude-haiku-4-5' },
    ...changes,
  });
