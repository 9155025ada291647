import { isAboutSignatures } from '../../core/formats/signatures.ts';

/**
 * What a provider complains about. A 400 may be about this model or provider instead of the request: a parameter, value, kind of tool
 * or schema that it does not support, or more output than it can make. Another model or provider may then take the request. Codes,
 * parameters and words are closed lists. The words may quote the caller, but the only consequence is one attempt elsewhere.
 */
export interface Complaint {
  /** Codes and types, in lower case. */
  codes: string;
  /** The parameter, if one is named. */
  param: string | null;
  message: string;
}

const CODES =
  /unsupported|not_supported|unknown_parameter|unrecognized_(?:request_)?argument|extra_forbidden|invalid_(?:function_parameters|json_schema)/;

/** Providers differ in the tools and answer formats that they take, and in how much output they allow. */
const PARAMETERS =
  /^(?:tools?|tool_choice|functions?|function_call|response_format|thinking|output_(?:config|format))\b/;
const OUTPUT_CAP = /^max_(?:completion_|output_|new_)?tokens$/;
const TOO_SMALL = /below_min|too_small|must be (?:greater|at least|positive)|below minimum/i;

const WORDS: readonly RegExp[] = [
  // "does not support 0.2 with this model", "is not supported", "only supported by certain models", "doesn't yet support"
  /(?:\bnot|n[’']t|\bnever|\bno longer|\bonly) (?:yet |currently |be )?support(?:s|ed|ing)?\b/i,
  /\bunsupported\b/i,
  /\bno endpoints found that (?:support|can)\b/i,
  /\b(?:unknown|unrecognized|unexpected|unrecognised) (?:request )?(?:parameter|argument|field|keyword|name)s?\b/i,
  /\bextra (?:inputs|fields) (?:are )?not permitted\b/i,
  // "Function calling is not enabled for …", "This response_format type is unavailable now", "tool choice requires --enable-…"
  /\b(?:tools?|function|response_format|json|thinking|reasoning|images?|audio)\b.{0,60}(?:\bnot (?:enabled|available|implemented)|\bunavailable|\brequires --)/i,
  /\bis not one of \[/i,
  /\bdoes not match any of the expected\b/i,
  // "max_tokens is too large … supports at most", "max_tokens: 100000 > 8192", "the valid range of max_tokens is [1, 8192]"
  /\bmax_?(?:completion_|output_?|new_)?tokens\b.{0,80}(?:too (?:large|high|big|many)|at most|maximum|less than|exceed|range|> ?\d)/i,
  /\brange of max_?(?:completion_|output_?)?tokens\b/i,
  // "`temperature` and `top_p` cannot both be specified for this model", "this model requires …"
  /\b(?:for|with|on|by|in) this model\b/i,
  /\bthis model (?:does|do|can|must|requires|only|supports|is not|has no)\b/i,
];

/** True if another model or provider may take the request. */
export function isAboutTheModel({ codes, param, message }: Complaint): boolean {
  if (CODES.test(codes) || isAboutSignatures(message) || WORDS.some((words) => words.test(message))) return true;
  // Anthropic's sentence begins with the parameter.
  const named = param ?? /^([a-z_]+)(?:[.:[]|$)/.exec(message)?.[1] ?? '';
  if (OUTPUT_CAP.test(named)) return !TOO_SMALL.test(`${codes} ${message}`);
  return PARAMETERS.test(named);
}
