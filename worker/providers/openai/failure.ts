import type { Failure, FailureKind } from '../../core/routing/failure.ts';
import type { Asked } from '../adapter.ts';
import { isAboutTheModel } from '../shared/about-the-model.ts';
import { isAloneTooLarge } from '../shared/alone-too-large.ts';
import { jsonText } from '../shared/json-text.ts';
import { FLAGGED_WORDS, failure } from '../shared/provider-error.ts';
import { noHeader, retryAfterMs } from '../shared/retry-hints.ts';
import { isWall } from '../shared/wall.ts';
import { isObject } from './usage.ts';

type Header = (name: string) => string | null;

/** What the many error bodies have in common. */
interface ErrorInfo {
  message: string;
  /** `code` and `type`, in lower case, in one text to search. */
  codes: string;
  code: string | null;
  /** OpenRouter and Gemini put an HTTP status into `code`. */
  status: number | undefined;
  param: string | null;
  /** Gemini's `details`, OpenRouter's `metadata`: as JSON text to search. */
  extra: string;
  /** Said by a wall in front of the provider. */
  wall: boolean;
}

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

/** An `error` object inside a 200. Once content has come, what it cost is owed. */
export function failureInside(error: unknown, afterContent: boolean, arrivedAt?: number): Failure {
  const info = errorInfo({ error });
  const status = info.status ?? statusOf(info.codes);
  const kind = kindOf(status, info, status === 429 && isAloneTooLarge(noHeader, info.message, info.extra, undefined));
  const words = info.message === '' ? 'The provider reported an error inside its answer.' : info.message;
  const wait = retryAfterMs(status, noHeader, info.extra, info.message, arrivedAt);
  return {
    ...failure(kind, 200, words),
    code: info.code,
    param: info.param,
    mayBeBilled: afterContent,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

/** Whether an answer tells of an error; some say in every chunk that there is none: `{}`, or a code of 0. */
export function saysError({ error, choices }: Record<string, unknown>): boolean {
  if (!error || !isObject(error) || !Array.isArray(choices)) return Boolean(error);
  return text(error.code) !== '0' && Object.values(error).some(Boolean);
}

/** Inside a 200 there is no status, only words. */
function statusOf(codes: string): number {
  if (/rate_limit|resource_exhausted|too_many/.test(codes)) return 429;
  if (/invalid_request|invalid_argument/.test(codes)) return 400;
  if (/authentication|invalid_api_key|unauthenticated/.test(codes)) return 401;
  if (/permission/.test(codes)) return 403;
  return 500;
}

const NOTHING: ErrorInfo = {
  message: '',
  codes: '',
  code: null,
  status: undefined,
  param: null,
  extra: '',
  wall: false,
};

function readError(body: string): ErrorInfo {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return NOTHING;
  }
  // Gemini's compatible API wraps the object in an array.
  return errorInfo(Array.isArray(parsed) ? parsed[0] : parsed);
}

function errorInfo(parsed: unknown): ErrorInfo {
  if (!isObject(parsed)) return NOTHING;
  const error = isObject(parsed.error) ? parsed.error : parsed;
  const numeric = Number(text(error.code));
  return {
    message: text(error.message) ?? text(parsed.error) ?? text(parsed.detail) ?? inList(parsed, 'msg') ?? '',
    codes: [error.code, error.type, error.status, inList(parsed, 'type')]
      .map((value) => text(value) ?? '')
      .join(' ')
      .toLowerCase(),
    code: typeof error.code === 'string' ? error.code : null,
    status: numeric >= 400 && numeric < 600 ? numeric : undefined,
    param: text(error.param),
    extra: jsonText([error.details, error.metadata]) ?? '',
    wall: false,
  };
}

/** FastAPI's list of what is wrong (vLLM, Mistral): its first entry. */
function inList({ detail, message }: Record<string, unknown>, name: string): string | null {
  const list = detail ?? (isObject(message) ? message.detail : undefined);
  const first = Array.isArray(list) ? list[0] : undefined;
  return isObject(first) ? text(first[name]) : null;
}

const text = (value: unknown): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;

const NO_MONEY =
  /insufficient_(quota|balance|credits?|funds|user_quota)|credit_balance|billing|spend_limit|payment_required|exceeded_current_quota/;
const NO_MONEY_WORDS =
  /insufficient (account )?(balance|credits?|quota|funds)|exceeded your current quota|out of credits/i;
const DAILY_QUOTA = /per_?day/i;
const REGION = /unsupported_country|region_not_supported|country_region/;
const REGION_WORDS = /(country|region|territory|location)\b.{0,40} not (supported|available|allowed)/i;
const TOO_LONG = /context_length|string_above_max_length|context_window|request_too_large|tokens_limit|prompt_too_long/;
const TOO_LONG_WORDS =
  /maximum context length|context (window|length)|too many (input )?tokens|(prompt|input|request) (is )?too (long|large)|exceeds the maximum number of tokens|reduce the length/i;
const FLAGGED =
  /content_policy|content_filter|moderation|policy_?violation|safety|invalid_prompt|flagged|data_?inspection|sensitive|prohibited_content|inappropriate/;
const NO_MODEL = /model_not_found|model_not_exist|no_such_model|not_found_error|unknown_model/;
const BAD_KEY = /invalid_api_key|api_key_invalid|incorrect_api_key|unauthenticated|authentication/;

/**
 * A 400 may repeat what the caller wrote, and the caller's words must not rest a deployment: there only codes and the beginning
 * of the sentence count against it.
 */
const AT_400 = {
  noModel: /^(the )?model\b.{0,120}\bnot (exist|found)|^(unknown|no such) model/i,
  badKey: /^(api key not valid|(incorrect|invalid) api key)/i,
  noMoney: /^(insufficient (account )?balance|your (credit )?balance)/i,
  region: /^user location is not supported/i,
};

function kindOf(status: number, info: ErrorInfo, isTooLarge: boolean): FailureKind {
  if (status < 300) return 'malformed';
  if (status < 400) return 'redirected';
  if (REGION.test(info.codes)) return 'region';
  if (status === 402) return kindOf402(info);
  if (status === 429) return kindOf429(info, isTooLarge);
  if (status === 413) return 'too_long';
  if (status === 401) return 'bad_key';
  if (status === 403) return kindOf403(info);
  if (status === 404 || status === 405 || status === 410) return kindOf404(info);
  if (SERVERS_FAULT.has(status) || status >= 500) return 'server_error';
  if (status === 451) return 'region';
  return kindOf400(info);
}

/** 499: a gateway's word for a connection that its own side closed. */
const SERVERS_FAULT: ReadonlySet<number> = new Set([408, 409, 421, 425, 499]);

/** OpenRouter has the model, and nobody who serves it with what the request asks for. */
const kindOf404 = ({ message }: ErrorInfo): FailureKind =>
  /no endpoints found that (support|can)/i.test(message) ? 'unsupported' : 'no_model';

/** OpenRouter: a request too large for what is left is that request's own matter; an empty balance is the operator's. */
function kindOf402({ message }: ErrorInfo): FailureKind {
  const affordable = /can only afford (\d+)/i.exec(message);
  return affordable && Number(affordable[1]) > 0 ? 'too_long' : 'no_money';
}

/**
 * Gemini says "exceeded your current quota" of a minute's quota too, so there only its details decide. What is larger than the
 * whole minute's allowance never fits here.
 */
function kindOf429(info: ErrorInfo, isTooLarge: boolean): FailureKind {
  if (NO_MONEY.test(info.codes)) return 'no_money';
  if (isTooLarge) return 'too_long';
  if (DAILY_QUOTA.test(info.extra)) return 'no_money';
  if (/rate_limit|resource_exhausted/.test(info.codes)) return 'rate_limited';
  return NO_MONEY_WORDS.test(info.message) ? 'no_money' : 'rate_limited';
}

function kindOf403(info: ErrorInfo): FailureKind {
  if (FLAGGED.test(info.codes) || FLAGGED_WORDS.test(info.message) || /flagged_input|"reasons":/.test(info.extra)) {
    return 'flagged';
  }
  if (REGION_WORDS.test(info.message)) return 'region';
  if (isNoMoney(info)) return 'no_money';
  if (NO_MODEL.test(info.codes)) return 'no_model';
  // It refuses this place, not the key.
  return info.wall ? 'region' : 'bad_key';
}

function kindOf400({ codes, message, extra, param }: ErrorInfo): FailureKind {
  if (AT_400.region.test(message)) return 'region';
  // Before all that may be asked elsewhere: a flagged prompt is not.
  if (FLAGGED.test(codes)) return 'flagged';
  if (TOO_LONG.test(codes)) return 'too_long';
  if (FLAGGED_WORDS.test(message)) return 'flagged';
  if (TOO_LONG_WORDS.test(message)) return 'too_long';
  if (NO_MODEL.test(codes) || AT_400.noModel.test(message)) return 'no_model';
  if (BAD_KEY.test(codes) || /API_KEY_INVALID/.test(extra) || AT_400.badKey.test(message)) return 'bad_key';
  // Gemini says both of region and of billing that a precondition failed.
  const billing = /failed_precondition/.test(codes) && /billing/i.test(message);
  if (billing || NO_MONEY.test(codes) || AT_400.noMoney.test(message)) return 'no_money';
  return isAboutTheModel({ codes, param, message }) ? 'unsupported' : 'bad_request';
}

const isNoMoney = (info: ErrorInfo): boolean => NO_MONEY.test(info.codes) || NO_MONEY_WORDS.test(info.message);
