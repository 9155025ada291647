import { expect, it } from 'vitest';
import { uuidV7 } from '../../../../protocol/uuid-v7.ts';
import { isKeptWhole } from '../../../../worker/core/slo/receipt.ts';
import type { RequestRecord } from '../../../../worker/core/slo/record.ts';
import { AT, attemptOf, recordOf } from './support/record.ts';
import { sloFor } from './support/slo-for.ts';

const slo = sloFor(['chat']);

it.each<[string, Partial<RequestRecord>, boolean]>([
  ['an ordinary one', {}, false],
  ['the caller’s own mistake', { code: 'invalid_body', status: 400, ending: 'refused', attempts: [] }, false],
  ['a bad one', { code: 'providers_unavailable', status: 503, ending: 'refused', attempts: [] }, true],
  ['a cut one', { ending: 'cut', code: 'stream_interrupted' }, true],
  ['a retried one', { attempts: [attemptOf({ result: 'server_error' }), attemptOf()] }, true],
  ['a failed-over one', { hops: 1 }, true],
  ['a slow one', { ttftMs: 2_501 }, true],
  ['one that was just in time', { ttftMs: 2_500 }, false],
  ['a slow one of a feature without an objective', { ttftMs: 2_501, feature: 'search' }, false],
  ['one that waited long for nothing', { ttftMs: null, totalMs: 9_000, ending: 'left' }, true],
  ['one of a drill', { drill: 'drill-1' }, true],
  ['one of a fault chosen by share', { mode: 'drill' }, true],
])('%s is kept whole: %s', (_, more, isWhole) => {
  expect(isKeptWhole(recordOf(more), slo)).toBe(isWhole);
});

it('1 % of ordinary records are kept whole', () => {
  let whole = 0;
  for (let number = 0; number < 10_000; number++) {
    const requestId = uuidV7(AT, [0, 0, 0, 0, 0, 0, 0, 0, number >> 8, number & 255]);
    if (isKeptWhole(recordOf({ requestId }), slo)) whole++;
  }
  expect(whole).toBe(100);
});
