import type { AnswerHead } from '../core/answers/answer-head.ts';
import type { RoutedRequest } from '../pipeline/request.ts';

/** Says why a stream is not resumable although the client asked for it. `wish` is the header as the client sent it. */
export function whyNotResumable(
  { keyed, feature, chat }: RoutedRequest,
  wish: string,
  { streamId }: AnswerHead,
): string | undefined {
  if (wish !== '1') return 'value-is-not-1';
  if (keyed === undefined) return 'no-idempotency-key';
  if (!feature.resume) return 'feature-without-resume';
  if (!chat.stream) return 'not-a-stream';
  // The answer is a cached copy that could not be kept in the object, or that replaces a failed answer.
  return streamId === undefined ? 'copy-not-kept' : undefined;
}
