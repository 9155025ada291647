import type { Failure } from '../../core/routing/failure.ts';
import type { RequestFacts } from '../adapter.ts';
import { isAloneTooLarge } from '../shared/alone-too-large.ts';
import { readError } from '../shared/error-info.ts';
import { failureKindOf } from '../shared/error-kind.ts';
import { isFromFirewall } from '../shared/firewall.ts';
import { providerFailure } from '../shared/provider-error.ts';
import { type ReadHeader, retryAfterMs } from '../shared/retry-hints.ts';

/** Classifies an answer with a status other than 200. The body decides before the status does. */
export function openaiFailure(status: number, header: ReadHeader, body: string, asked?: RequestFacts): Failure {
  const info = { ...readError(body), isFromFirewall: status === 403 && isFromFirewall(header, body) };
  const isTooLarge = status === 429 && isAloneTooLarge(header, info.message, info.extra, asked);
  const kind = failureKindOf(status, info, isTooLarge);
  const wait = retryAfterMs(status, header, info.extra, info.message, asked?.arrivedAt);
  const words = info.message === '' ? `The provider answered ${status}.` : info.message;
  return {
    ...providerFailure(kind, status, words),
    code: info.code,
    param: info.param,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}
