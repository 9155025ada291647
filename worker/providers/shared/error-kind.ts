import type { FailureKind } from '../../core/routing/failure.ts';
import { isAboutTheModel } from './about-the-model.ts';
import type { ErrorInfo } from './error-info.ts';
import { FLAGGED_WORDS } from './provider-error.ts';

const NO_MONEY =
  /insufficient_(quota|balance|credits?|funds|user_quota)|credit_balance|billing|spend_limit|payment_required|exceeded_current_quota/;
const NO_MONEY_WORDS =
  /insufficient (account )?(balance|credits?|quota|funds)|exceeded your current quota|out of credits/i;
const DAILY_QUOTA = /per_?day/i;
const REGION = /unsupported_country|region_not_supported|country_region/;
const REGION_WORDS = /(country|region|territory|location)\b.{0,40} not (supported|available|allowed)/i;
const TOO_LONG =
  /context_(length|window|size)|string_above_max_length|request_too_large|tokens_limit|max_prompt_tokens|prompt_too_long/;
const TOO_LONG_WORDS: readonly RegExp[] = [
  /context (window|length)|available context size|too many (input )?tokens|(prompt|input|request) (is )?too (long|large)|reduce the length/i,
  /exceeds the maximum number of tokens|token count of \d+ exceeds|model token limit|`inputs` (tokens|must have less)/i,
  /maximum (prompt|allowed input) length|range of input length|prompt (exceeds max length|超长)/i,
];
const FLAGGED =
  /content_policy|content_filter|moderation|policy_?violation|safety|invalid_prompt|flagged|data_?inspection|sensitive|prohibited_content|inappropriate/;
const NO_MODEL = /model_not_found|model_not_exist|no_such_model|not_found_error|unknown_model/;
const BAD_KEY = /invalid_api_key|api_key_invalid|incorrect_api_key|unauthenticated|authentication/;

/**
 * A 400 may quote what the caller wrote, and a caller's words must not put a deployment into cooldown. So only codes and the beginning
 * of the sentence count against the deployment.
 */
const AT_400 = {
  noModel: /^(the )?model\b.{0,120}\bnot (exist|found)|^(unknown|no such) model/i,
  badKey: /^(api key not valid|(incorrect|invalid) api key)/i,
  noMoney: /^(insufficient (account )?balance|your (credit )?balance)/i,
  region: /^user location is not supported/i,
};

/** The kind of failure that an error body in OpenAI's form reports. Its codes decide before its words, and its words before the status. */
export function failureKindOf(status: number, info: ErrorInfo, isTooLarge: boolean): FailureKind {
  if (status < 300) return 'malformed';
  if (status < 400) return 'redirected';
  if (REGION.test(info.codes)) return 'region';
  if (status === 402) return kindOf402(info);
  if (status === 429) return kindOf429(info, isTooLarge);
  if (status === 413) return 'too_long';
  if (status === 401) return 'bad_key';
  if (status === 403) return kindOf403(info);
  if (status === 404 || status === 405 || status === 410) return kindOf404(info);
  // llama.cpp says so with a 500.
  if (status >= 500 && TOO_LONG.test(info.codes)) return 'too_long';
  if (SERVERS_FAULT.has(status) || status >= 500) return 'server_error';
  if (status === 451) return 'region';
  return kindOf400(info);
}

/** 499: a gateway closed the connection from its own side. */
const SERVERS_FAULT: ReadonlySet<number> = new Set([408, 409, 421, 425, 499]);

/** OpenRouter may have the model, but no endpoint that supports what the request asks for. */
const kindOf404 = ({ message }: ErrorInfo): FailureKind =>
  /no endpoints found that (support|can)/i.test(message) ? 'unsupported' : 'no_model';

/** At OpenRouter, a request too large for the remaining credit is the request's fault, and an empty balance is the operator's. */
function kindOf402({ message }: ErrorInfo): FailureKind {
  const affordable = /can only afford (\d+)/i.exec(message);
  return affordable && Number(affordable[1]) > 0 ? 'too_long' : 'no_money';
}

/**
 * Gemini says "exceeded your current quota" for a quota per minute too, so only its details decide. A request larger than the whole
 * quota of a minute will never fit.
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
  // The firewall refuses this place, not the key.
  return info.isFromFirewall ? 'region' : 'bad_key';
}

function kindOf400({ codes, message, extra, param }: ErrorInfo): FailureKind {
  if (AT_400.region.test(message)) return 'region';
  // This comes first, because a flagged prompt is not tried elsewhere.
  if (FLAGGED.test(codes)) return 'flagged';
  if (TOO_LONG.test(codes)) return 'too_long';
  if (FLAGGED_WORDS.test(message)) return 'flagged';
  if (TOO_LONG_WORDS.some((words) => words.test(message))) return 'too_long';
  if (NO_MODEL.test(codes) || AT_400.noModel.test(message)) return 'no_model';
  if (BAD_KEY.test(codes) || /API_KEY_INVALID/.test(extra) || AT_400.badKey.test(message)) return 'bad_key';
  // Gemini reports both region and billing as a failed precondition.
  const billing = /failed_precondition/.test(codes) && /billing/i.test(message);
  if (billing || NO_MONEY.test(codes) || AT_400.noMoney.test(message)) return 'no_money';
  return isAboutTheModel({ codes, param, message }) ? 'unsupported' : 'bad_request';
}

const isNoMoney = (info: ErrorInfo): boolean => NO_MONEY.test(info.codes) || NO_MONEY_WORDS.test(info.message);
