import type { Failure } from '../../core/routing/failure.ts';
import type { Asked } from '../adapter.ts';
import { isAloneTooLarge } from '../shared/alone-too-large.ts';
import { readError } from '../shared/error-info.ts';
import { kindOf } from '../shared/error-kind.ts';
import { failure } from '../shared/provider-error.ts';
import { type Header, retryAfterMs } from '../shared/retry-hints.ts';
import { isWall } from '../shared/wall.ts';

/** Classifies an answer with a status other than 200. The body decides before the status does. */
export function openaiFailure(status: number, header: Header, body: string, asked?: Asked): Failure {
  const info = { ...readError(body), wall: status === 403 && isWall(header, body) };
  const isTooLarge = status === 429 && isAloneTooLarge(header, info.message, info.extra, asked);
  const kind = kindOf(status, info, isTooLarge);
  const wait = retryAfterMs(status, header, info.extra, info.message, asked?.arrivedAt);
  const words = info.message === '' ? `The provider answered ${status}.` : info.message;
  return {
    ...failure(kind, status, words),
    code: info.code,
    param: info.param,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}
