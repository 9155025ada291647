/** A stream that was to be resumable and is not says why, so that nobody has to guess. */
import { REQUEST_HEADERS, RESPONSE_HEADERS } from '../../protocol/headers.ts';
import type { RoutedRequest } from '../pipeline/ask.ts';

export function tellResume(request: Headers, ask: RoutedRequest, response: Response): Response {
  if (request.get(REQUEST_HEADERS.resume) === null || !response.ok) return response;
  const reason = whyNotResumable(request, ask, response);
  if (reason !== undefined) response.headers.set(RESPONSE_HEADERS.resume, `off; reason=${reason}`);
  return response;
}

function whyNotResumable(
  request: Headers,
  { keyed, feature, chat }: RoutedRequest,
  { headers }: Response,
): string | undefined {
  if (request.get(REQUEST_HEADERS.resume) !== '1') return 'value-is-not-1';
  if (keyed === undefined) return 'no-idempotency-key';
  if (!feature.resume) return 'feature-without-resume';
  if (!chat.stream) return 'not-a-stream';
  // A cached copy that could not be kept, or stands in for an answer that failed.
  return headers.has(RESPONSE_HEADERS.streamId) ? undefined : 'copy-not-kept';
}
