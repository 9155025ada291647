import { isObject } from '../../../protocol/json.ts';
import type { Failure, FailureKind } from '../../core/routing/failure.ts';
import type { RequestFacts } from '../adapter.ts';
import { isAboutTheModel } from '../shared/about-the-model.ts';
import { isAloneTooLarge } from '../shared/alone-too-large.ts';
import { isFromFirewall } from '../shared/firewall.ts';
import { FLAGGED_WORDS, providerFailure } from '../shared/provider-error.ts';
import { noHeader, type ReadHeader, retryAfterMs } from '../shared/retry-hints.ts';

interface ErrorInfo {
  /** `error.type`, such as `overloaded_error`. */
  type: string;
  /** `error.details.error_code`: a stable name for the cause, whereas messages may change. */
  cause: string;
  message: string;
}

/** Classifies an answer with a status other than 200 (anthropic-sdk `resources/shared`). */
export function anthropicFailure(status: number, header: ReadHeader, body: string, asked?: RequestFacts): Failure {
  const info = readError(body);
  const wait = retryAfterMs(status, header, '', info.message, asked?.arrivedAt);
  const isTooLarge = status === 429 && isAloneTooLarge(header, info.message, '', asked);
  const kind = status === 403 && isFromFirewall(header, body) ? 'region' : kindOf(status, info, isTooLarge);
  const words = info.message === '' ? `The provider answered ${status}.` : info.message;
  return {
    ...providerFailure(kind, status, words),
    code: info.cause || info.type || null,
    param: null,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

/** The status that each error type has, for errors inside a 200. */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** Classifies an error event or object inside a 200. After content, the answer so far is billed. */
export function anthropicFailureInside(event: Record<string, unknown>, afterContent: boolean): Failure {
  const info = errorInfo(event);
  const status = (Object.hasOwn(STATUSES, info.type) ? STATUSES[info.type] : undefined) ?? 500;
  const wait = retryAfterMs(status, noHeader, '', info.message);
  const words = info.message === '' ? 'The provider reported an error inside its answer.' : info.message;
  return {
    ...providerFailure(kindOf(status, info, false), 200, words),
    code: info.cause || info.type || null,
    param: null,
    mayBeBilled: afterContent,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

function readError(body: string): ErrorInfo {
  try {
    return errorInfo(JSON.parse(body));
  } catch {
    return { type: '', cause: '', message: '' };
  }
}

function errorInfo(parsed: unknown): ErrorInfo {
  const error = isObject(parsed) && isObject(parsed.error) ? parsed.error : {};
  const details = isObject(error.details) ? error.details : {};
  return { type: word(error.type), cause: word(details.error_code), message: word(error.message) };
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '');

const NO_MONEY = /spend_limit|billing|credit_balance/;
const TOO_LONG =
  /prompt is too long|exceeds? (the (maximum|context)|context)|context window|too many total text bytes/i;

function kindOf(status: number, info: ErrorInfo, isTooLarge: boolean): FailureKind {
  if (status < 300) return 'malformed';
  if (status < 400) return 'redirected';
  if (status === 402 || NO_MONEY.test(info.cause) || info.type === 'billing_error') return 'no_money';
  if (status === 429) return isTooLarge ? 'too_long' : 'rate_limited';
  if (status === 401) return 'bad_key';
  if (status === 403) return kindOf403(info);
  if (status === 404 || status === 405 || status === 410) return 'no_model';
  if (status === 413) return 'too_long';
  if (status === 408 || status === 409 || status === 499 || status >= 500) return 'server_error';
  if (status === 451) return 'region';
  return kindOf400(info);
}

/** Anthropic sends `forbidden` to callers from refused places, so the key is not at fault. */
function kindOf403({ type, message }: ErrorInfo): FailureKind {
  if (FLAGGED_WORDS.test(message)) return 'flagged';
  return type === 'forbidden' || /country|region|territory|location/i.test(message) ? 'region' : 'bad_key';
}

/** A 400 may quote the caller's words, so only the beginning of the sentence counts against the deployment. */
function kindOf400({ message, cause }: ErrorInfo): FailureKind {
  if (/^your credit balance is too low/i.test(message)) return 'no_money';
  if (cause === 'organization_on_hold' || /^this organization has been disabled/i.test(message)) return 'bad_key';
  if (FLAGGED_WORDS.test(message)) return 'flagged';
  if (TOO_LONG.test(message)) return 'too_long';
  return isAboutTheModel({ codes: cause.toLowerCase(), param: null, message }) ? 'unsupported' : 'bad_request';
}
