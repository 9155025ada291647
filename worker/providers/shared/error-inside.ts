import { isObject, type Json } from '../../../protocol/json.ts';
import type { Failure } from '../../core/routing/failure.ts';
import { isAloneTooLarge } from './alone-too-large.ts';
import { errorInfo, textOrNull } from './error-info.ts';
import { failureKindOf } from './error-kind.ts';
import { providerFailure } from './provider-error.ts';
import { noHeader, retryAfterMs } from './retry-hints.ts';

/** Classifies an `error` object inside a 200. After content, the answer so far is billed. */
export function failureInside(error: unknown, afterContent: boolean, arrivedAt?: number): Failure {
  const info = errorInfo({ error });
  const status = info.status ?? statusOf(info.codes);
  const kind = failureKindOf(
    status,
    info,
    status === 429 && isAloneTooLarge(noHeader, info.message, info.extra, undefined),
  );
  const words = info.message === '' ? 'The provider reported an error inside its answer.' : info.message;
  const wait = retryAfterMs(status, noHeader, info.extra, info.message, arrivedAt);
  return {
    ...providerFailure(kind, 200, words),
    code: info.code,
    param: info.param,
    mayBeBilled: afterContent,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

/** True if an answer reports an error. Some providers send an empty one in every chunk: `{}`, or a code of 0. */
export function reportsError({ error, choices }: Json): boolean {
  if (!error || !isObject(error) || !Array.isArray(choices)) return Boolean(error);
  return textOrNull(error.code) !== '0' && Object.values(error).some(Boolean);
}

/** The status that an error inside a 200 would have had, by its codes. */
function statusOf(codes: string): number {
  if (/rate_limit|resource_exhausted|too_many/.test(codes)) return 429;
  if (/invalid_request|invalid_argument/.test(codes)) return 400;
  if (/authentication|invalid_api_key|unauthenticated/.test(codes)) return 401;
  if (/permission/.test(codes)) return 403;
  return 500;
}
