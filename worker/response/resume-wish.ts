import type { AnswerHead } from '../core/answers/answer-head.ts';
import type { RoutedRequest } from '../pipeline/request.ts';

/** Why a stream that was to be resumable is not, so that nobody has to guess. `wish`: the header as it was sent. */
export function whyNotResumable(
  { keyed, feature, chat }: RoutedRequest,
  wish: string,
  { streamId }: AnswerHead,
): string | undefined {
  if (wish !== '1') return 'value-is-not-1';
  if (keyed === undefined) return 'no-idempotency-key';
  if (!feature.resume) return 'feature-without-resume';
  if (!chat.stream) return 'not-a-stream';
  // A cached copy that could not be kept, or stands in for an answer that failed.
  return streamId === undefined ? 'copy-not-kept' : undefined;
}
