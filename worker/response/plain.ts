/** Responses that are not answers of a model: lists, replies to operators, and refusals. */
import { errorToWire, type RouterError } from '../../protocol/errors.ts';
import { RESPONSE_HEADERS } from '../../protocol/headers.ts';
import { NO_STORE } from './cache-control.ts';
import { dateText, type Timing } from './server-timing.ts';

/** The part of a `RequestContext` that every response needs. */
export interface ResponseContext {
  requestId: string;
  timing: Timing;
}

/** A JSON response that is not an answer of a model. */
export const plainJson = (body: unknown, context: ResponseContext, status = 200, indent = 0): Response =>
  new Response(JSON.stringify(body, null, indent), {
    status,
    headers: { ...commonHeaders(context), 'content-type': 'application/json' },
  });

/** A refusal with its real status. */
export function refusalResponse(error: RouterError, context: ResponseContext): Response {
  const { status, headers, body } = errorToWire(error);
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...commonHeaders(context), ...headers, 'content-type': 'application/json' },
  });
}

/** A response without a body. */
export const noContent = (context: ResponseContext): Response =>
  new Response(null, { status: 204, headers: commonHeaders(context) });

/** The headers that every response has. */
export function commonHeaders({ requestId, timing }: ResponseContext): Record<string, string> {
  const { now } = timing;
  return {
    [RESPONSE_HEADERS.requestId]: requestId,
    'cache-control': NO_STORE,
    [RESPONSE_HEADERS.date]: dateText(now),
    [RESPONSE_HEADERS.serverTiming]: timing.text(now),
  };
}
