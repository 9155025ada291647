import type { FaultOptions, StatusFault } from '../faults.ts';
import type { Json } from '../json.ts';
import { type Refusal, retryHeaders } from '../wire.ts';

const REQUEST_ID = 'req_011SandboxSandboxSandbox1';

export function anthropicError(status: number, type: string, message: string, details?: Json): Refusal {
  const error = { type, message, ...(details === undefined ? {} : { details }) };
  return { status, headers: { 'request-id': REQUEST_ID }, body: { type: 'error', error, request_id: REQUEST_ID } };
}

export function invalid(message: string): Refusal {
  return anthropicError(400, 'invalid_request_error', message);
}

type Make = (model: string) => Refusal;

/** Errors as Anthropic publishes them. Statuses that it does not use have its general shape. */
const ERRORS: Readonly<Record<StatusFault, Make>> = {
  '400': () => invalid('messages.0.content: Input should be a valid list'),
  '400-too-long': () => invalid('prompt is too long: 211180 tokens > 200000 maximum'),
  '400-flagged': () => invalid('Output blocked by content filtering policy'),
  '401': () => anthropicError(401, 'authentication_error', 'invalid x-api-key'),
  '402': () =>
    anthropicError(
      402,
      'billing_error',
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    ),
  '403': () =>
    anthropicError(403, 'permission_error', 'Your API key does not have permission to use the specified resource.'),
  '403-flagged': () =>
    anthropicError(403, 'permission_error', 'Your prompt was flagged as violating our usage policy.'),
  // The error for refused regions has no outer "type", and an undocumented error type.
  '403-region': () => ({
    status: 403,
    headers: {},
    body: { error: { type: 'forbidden', message: 'Request not allowed' } },
  }),
  '404': (model) => anthropicError(404, 'not_found_error', `model: ${model}`),
  '408': () => anthropicError(408, 'timeout_error', 'Request timed out'),
  '409': () => anthropicError(409, 'conflict_error', 'The resource is being changed by another request'),
  '413': () => anthropicError(413, 'request_too_large', 'Request exceeds the maximum size'),
  '422': () => anthropicError(422, 'invalid_request_error', 'The request could not be processed'),
  '429': rateLimited,
  '429-retry-after': rateLimited,
  '429-no-money': () =>
    anthropicError(
      429,
      'rate_limit_error',
      'Your organization has reached its monthly usage limit. Access resumes on the first of next month.',
      {
        error_code: 'enforced_spend_limit_reached',
      },
    ),
  '500': () => anthropicError(500, 'api_error', 'Internal server error'),
  '502': () => anthropicError(502, 'api_error', 'Bad gateway'),
  '503': () => anthropicError(503, 'api_error', 'Service unavailable'),
  '504': () => anthropicError(504, 'timeout_error', 'Request timed out'),
  '529': () => anthropicError(529, 'overloaded_error', 'Overloaded'),
};

export function statusError(fault: StatusFault, model: string, options: FaultOptions): Refusal {
  const refusal = ERRORS[fault](model);
  const asked = retryHeaders(options);
  const byDefault = fault === '429-retry-after' && Object.keys(asked).length === 0 ? { 'retry-after': '2' } : {};
  return { ...refusal, headers: { ...refusal.headers, ...byDefault, ...asked } };
}

export function errorInsideStream(): Json {
  return { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: REQUEST_ID };
}

function rateLimited(): Refusal {
  const message = "This request would exceed your organization's rate limit of 50 requests per minute.";
  return anthropicError(429, 'rate_limit_error', message);
}
