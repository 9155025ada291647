/** Records as the line closes them. */

import { Book } from '../../../../../../worker/core/slo/book/book.ts';
import type { RecordedAttempt, RequestRecord } from '../../../../../../worker/core/slo/record.ts';
import type { Slo } from '../../../../../../worker/core/slo/slo.ts';
import { sloFor } from '../../support/slo-for.ts';

export const FEATURES = ['chat', 'search'];
export const SLO = sloFor(FEATURES);

export const bookOf = (slo: Partial<Slo> = {}): Book =>
  new Book({ slo: { ...SLO, ...slo }, features: new Set(FEATURES) });

export const attempt = (changed: Partial<RecordedAttempt> = {}): RecordedAttempt => ({
  ...{ deployment: 'one', provider: 'openai', model: 'gpt', startedMs: 1, ttftMs: 299, ms: 899, hop: 0 },
  ...{ result: 'success', status: null },
  ...changed,
});

/** A complete answer of the first attempt. */
export const record = (changed: Partial<RequestRecord> = {}): RequestRecord => ({
  ...{ requestId: 'r', arrivedAt: 0, tenant: 'acme', userHash: null, feature: 'chat', alias: 'app/chat', keyId: null },
  ...{ class: null, door: 'chat-completions', stream: true, mode: 'normal', cache: null, cacheAgeS: null },
  ...{ cacheTtlS: null, role: 'own', deployment: 'one', provider: 'openai', model: 'gpt', colo: null, build: null },
  ...{ promptVersion: null, attempts: [attempt()], hops: 0, ttftMs: 300, totalMs: 900, inputTokens: 100 },
  ...{ cachedTokens: 0, outputTokens: 50, reasoningTokens: 0, costMicroUsd: 1_200, estimated: false },
  ...{ finishReason: 'stop', status: 200, code: null, staleCause: null, ending: 'complete', drill: null },
  ...{ experiment: null, traceparent: null },
  ...changed,
});

/** No provider answered. */
export const failed = (changed: Partial<RequestRecord> = {}): RequestRecord =>
  record({
    ...{ ttftMs: null, totalMs: 500, status: 503, code: 'providers_unavailable', ending: 'refused', costMicroUsd: 0 },
    attempts: [attempt({ result: 'server_error', status: 500, ttftMs: null, ms: 400 })],
    ...changed,
  });
