/** Records as the line closes them. */

import { Book } from '../../../../../../worker/core/slo/book/book.ts';
import type { RecordedAttempt, RequestRecord } from '../../../../../../worker/core/slo/record.ts';
import type { Slo } from '../../../../../../worker/core/slo/slo.ts';
import { attemptOf, recordOf } from '../../support/record.ts';
import { sloFor } from '../../support/slo-for.ts';

export const FEATURES = ['chat', 'search'];
export const SLO = sloFor(FEATURES);

export const bookOf = (slo: Partial<Slo> = {}): Book =>
  new Book({ slo: { ...SLO, ...slo }, features: new Set(FEATURES) });

export const attempt = (changed: Partial<RecordedAttempt> = {}): RecordedAttempt => ({
  ...attemptOf({ deployment: 'one', ttftMs: 299, ms: 899 }),
  ...changed,
});

/** A complete answer of the first attempt. */
export const record = (changed: Partial<RequestRecord> = {}): RequestRecord =>
  recordOf({
    ...{ deployment: 'one', attempts: [attempt()], ttftMs: 300, totalMs: 900, costMicroUsd: 1_200 },
    ...changed,
  });

/** No provider answered. */
export const failed = (changed: Partial<RequestRecord> = {}): RequestRecord =>
  record({
    ...{ ttftMs: null, totalMs: 500, status: 503, code: 'providers_unavailable', ending: 'refused', costMicroUsd: 0 },
    attempts: [attempt({ result: 'server_error', status: 500, ttftMs: null, ms: 400 })],
    ...changed,
  });
