import type { FaultOptions, StatusFault } from '../faults.ts';
import type { Json } from '../json.ts';
import { type Refusal, retryHeaders } from '../wire.ts';

export function openAiError(
  status: number,
  message: string,
  type: string,
  code: string | null,
  param: string | null = null,
): Refusal {
  return { status, headers: {}, body: { error: { message, type, param, code } } };
}

export function invalid(message: string, param: string | null, code: string | null): Refusal {
  return openAiError(400, message, 'invalid_request_error', code, param);
}

const OVERLOADED =
  'The server is currently overloaded with other requests. Sorry about that! You can retry your request.';

type Make = (model: string, options: FaultOptions) => Refusal;

/** Errors as OpenAI publishes them. If OpenAI has none for a status, the error is from a provider of the same format, named above it. */
const ERRORS: Readonly<Record<StatusFault, Make>> = {
  '400': () => invalid("Invalid value for 'messages': expected a conversation.", 'messages', 'invalid_value'),
  '400-too-long': () =>
    invalid(
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 131842 tokens. Please reduce the length of the messages.",
      'messages',
      'context_length_exceeded',
    ),
  '400-flagged': contentFilter,
  '401': () => wrongKey('sk-local-*****'),
  // DeepSeek
  '402': () => openAiError(402, 'Insufficient Balance', 'unknown_error', 'invalid_request_error'),
  '403': () =>
    openAiError(
      403,
      'You have insufficient permissions for this operation. Missing scopes: model.request.',
      'invalid_request_error',
      'missing_scope',
    ),
  '403-flagged': flaggedByModeration,
  '403-region': () =>
    openAiError(
      403,
      'Country, region, or territory not supported',
      'request_forbidden',
      'unsupported_country_region_territory',
    ),
  '404': (model) =>
    openAiError(
      404,
      `The model \`${model}\` does not exist or you do not have access to it.`,
      'invalid_request_error',
      'model_not_found',
    ),
  '408': () => openAiError(408, 'Request timed out.', 'server_error', 'request_timeout'),
  '409': () =>
    openAiError(
      409,
      'The resource is being changed by another request. Please try again.',
      'invalid_request_error',
      'conflict',
    ),
  '413': () =>
    openAiError(
      413,
      'Maximum content size limit (26214400) exceeded (26300000 bytes read)',
      'invalid_request_error',
      'request_too_large',
    ),
  // DeepSeek
  '422': () =>
    openAiError(
      422,
      'Failed to deserialize the JSON body into the target type: messages[0]: invalid type',
      'invalid_request_error',
      'invalid_request_error',
    ),
  '429': () => openAiError(429, 'Rate limit reached for requests', 'requests', 'rate_limit_exceeded'),
  '429-retry-after': (model, { retryAfter, retryAfterMs }) => {
    const wait = retryAfterMs === undefined ? `${retryAfter ?? 2}s` : `${retryAfterMs}ms`;
    const message = `Rate limit reached for ${model} in organization org-sandbox on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in ${wait}.`;
    const refusal = openAiError(429, message, 'requests', 'rate_limit_exceeded');
    return retryAfter === undefined && retryAfterMs === undefined
      ? { ...refusal, headers: { 'retry-after': '2' } }
      : refusal;
  },
  '429-no-money': () =>
    openAiError(
      429,
      'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
      'insufficient_quota',
      'insufficient_quota',
    ),
  '500': () =>
    openAiError(500, 'The server had an error while processing your request. Sorry about that!', 'server_error', null),
  '502': () => openAiError(502, 'Bad gateway.', 'cf_bad_gateway', null),
  '503': () => openAiError(503, OVERLOADED, 'server_error', 'server_overloaded'),
  '504': () => openAiError(504, 'Gateway timeout.', 'cf_gateway_timeout', null),
  '529': () => openAiError(529, OVERLOADED, 'server_error', 'server_overloaded'),
};

export function statusError(fault: StatusFault, model: string, options: FaultOptions): Refusal {
  const refusal = ERRORS[fault](model, options);
  return { ...refusal, headers: { ...refusal.headers, ...retryHeaders(options) } };
}

export function errorInsideStream(): Json {
  return { error: { message: OVERLOADED, type: 'server_error', param: null, code: 'server_overloaded' } };
}

export function wrongKey(key: string): Refusal {
  const message = `Incorrect API key provided: ${key}. You can find your API key at https://platform.openai.com/account/api-keys.`;
  return openAiError(401, message, 'invalid_request_error', 'invalid_api_key');
}

/** The refusal of Azure OpenAI's content filter. A flagged prompt is the caller's fault at every provider. */
function contentFilter(): Refusal {
  const message =
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.";
  const filter = { violence: { filtered: true, severity: 'high' }, hate: { filtered: false, severity: 'safe' } };
  const innererror = { code: 'ResponsibleAIPolicyViolation', content_filter_result: filter };
  return {
    status: 400,
    headers: {},
    body: { error: { message, type: null, param: 'prompt', code: 'content_filter', status: 400, innererror } },
  };
}

/** OpenRouter's answer to a prompt that a model's moderation flags. Its `code` is a number. */
function flaggedByModeration(model: string): Refusal {
  const message = `${model} requires moderation and your input was flagged for "violence". No credits were charged.`;
  const metadata = { reasons: ['violence'], flagged_input: '...', provider_name: 'OpenAI', model_slug: model };
  return { status: 403, headers: {}, body: { error: { code: 403, message, metadata } } };
}
