/** How long an attempt is waited for. Pure; docs/time-limits.md has the settings. */
import type { ChatRequest } from '../../../protocol/chat.ts';
import type { Deployment, RouterSettings } from '../config/config.ts';
import { hidesTokens } from '../pricing/billed.ts';

/** A whole answer shows nothing until it is made, so it is given the time that a slow model needs to write to its output cap. */
const SLOW_TOKENS_PER_SECOND = 30;
/** A small cap says little: the queue and the prompt take their time too. */
const LEAST_WHOLE_MS = 30_000;
/** What is kept of `totalTimeout` so that somebody else can still be asked within it. A further attempt with less is hardly answered. */
const LAST_START_MS = 1_000;

type Timed = Pick<
  Deployment,
  'timeoutMs' | 'streamTimeoutMs' | 'thinkingTimeoutMs' | 'hidesTokens' | 'model' | 'format'
>;

export interface Patience {
  /** To the headers of a stream, or to the end of a whole answer. */
  answerMs: number;
  /** To the first content of a stream. */
  contentMs: number;
}

/** What this deployment is given for this request, whatever the time of the request itself. */
export function patienceFor(chat: ChatRequest, deployment: Timed, router: RouterSettings): Patience {
  const { timeoutMs, streamTimeoutMs, thinkingTimeoutMs } = deployment;
  const contentMs = hidesTokens(chat, deployment) ? Math.max(thinkingTimeoutMs, streamTimeoutMs) : streamTimeoutMs;
  if (chat.stream) return { answerMs: streamTimeoutMs, contentMs };
  const writingMs = ((chat.maxOutputTokens ?? 0) / SLOW_TOKENS_PER_SECOND) * 1_000;
  const answerMs = timeoutMs ?? Math.ceil(Math.max(LEAST_WHOLE_MS, contentMs + writingMs));
  return { answerMs: Math.min(answerMs, router.maxStreamDurationMs), contentMs };
}

export interface Remaining {
  now: number;
  /** When `totalTimeout` is over. */
  deadlineAt: number;
  /** Somebody else could be asked after this attempt. */
  isFollowed: boolean;
}

/**
 * When an attempt has to end for the sake of `totalTimeout`. A stream's content has to have begun by then. A whole answer is
 * bounded by it until the last attempt starts, which has its own limit: an attempt is the last where nobody could be asked
 * after it, or where less than half of `totalTimeout` and less than it needs is left.
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
 * When the next attempt must have begun. A stream's content has to begin by the deadline, so a further attempt just before it would
 * be paid for and cut; a whole answer's last attempt has its own limit.
 */
export const startBy = (
  { stream }: Pick<ChatRequest, 'stream'>,
  { totalTimeoutMs }: Pick<RouterSettings, 'totalTimeoutMs'>,
  deadlineAt: number,
  attempts: number,
): number => (stream && attempts > 0 ? lastStart(totalTimeoutMs, deadlineAt) : deadlineAt);
