/** How long an attempt may take (docs/time-limits.md has the settings). */
import type { ChatRequest } from '../../../protocol/chat.ts';
import type { Deployment, RouterSettings } from '../config/config.ts';
import { hidesTokens } from '../pricing/billed.ts';

/** A whole answer shows nothing until it is finished, so it gets the time that a slow model needs to write up to its output cap. */
const SLOW_TOKENS_PER_SECOND = 30;
/** Even with a small cap, the queue and the prompt take time. */
const LEAST_WHOLE_MS = 30_000;
/** Part of `totalTimeout` is kept so that another deployment can still be tried. An attempt with less time is hardly ever answered. */
const LAST_START_MS = 1_000;

type Timed = Pick<
  Deployment,
  'timeoutMs' | 'streamTimeoutMs' | 'thinkingTimeoutMs' | 'hidesTokens' | 'model' | 'format'
>;

/** The limits of one attempt. */
export interface Patience {
  /** The time to the headers of a stream, or to the end of a whole answer. */
  answerMs: number;
  /** The time to the first content of a stream. */
  contentMs: number;
}

/** How long this deployment may take for this request, regardless of the request's own deadline. */
export function patienceFor(chat: ChatRequest, deployment: Timed, router: RouterSettings): Patience {
  const { timeoutMs, streamTimeoutMs, thinkingTimeoutMs } = deployment;
  const contentMs = hidesTokens(chat, deployment) ? Math.max(thinkingTimeoutMs, streamTimeoutMs) : streamTimeoutMs;
  if (chat.stream) return { answerMs: streamTimeoutMs, contentMs };
  const writingMs = ((chat.maxOutputTokens ?? 0) / SLOW_TOKENS_PER_SECOND) * 1_000;
  const answerMs = timeoutMs ?? Math.ceil(Math.max(LEAST_WHOLE_MS, contentMs + writingMs));
  return { answerMs: Math.min(answerMs, router.maxStreamDurationMs), contentMs };
}

/** What is left of the request's time. */
export interface Remaining {
  now: number;
  /** When `totalTimeout` is over. */
  deadlineAt: number;
  /** True if another deployment could be tried after this attempt. */
  isFollowed: boolean;
}

/**
 * When `totalTimeout` ends an attempt. The content of a stream must have begun by then. It also bounds a whole answer, unless this
 * is the last attempt, which has only its own limit. An attempt is the last if nothing could be tried after it, or if less than
 * half of `totalTimeout` is left and that is less than the attempt needs.
 */
export function attemptDeadline(
  chat: ChatRequest,
  { answerMs }: Patience,
  { totalTimeoutMs }: RouterSettings,
  { now, deadlineAt, isFollowed }: Remaining,
): number {
  if (chat.stream) return deadlineAt;
  const lastStartAt = lastStart(totalTimeoutMs, deadlineAt);
  const isShort = now + answerMs > lastStartAt && 2 * (deadlineAt - now) < totalTimeoutMs;
  return !isFollowed || isShort ? Number.POSITIVE_INFINITY : lastStartAt;
}

const lastStart = (totalTimeoutMs: number, deadlineAt: number): number =>
  deadlineAt - Math.min(LAST_START_MS, Math.ceil(totalTimeoutMs / 10));

/**
 * When the next attempt must have begun. A stream's content must begin by the deadline, so a further attempt just before it would
 * be paid for and then cut. The last attempt for a whole answer has its own limit.
 */
export const nextStartDeadline = (
  { stream }: Pick<ChatRequest, 'stream'>,
  { totalTimeoutMs }: Pick<RouterSettings, 'totalTimeoutMs'>,
  deadlineAt: number,
  attempts: number,
): number => (stream && attempts > 0 ? lastStart(totalTimeoutMs, deadlineAt) : deadlineAt);
