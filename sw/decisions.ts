/** Decisions of the worker that are still to move to sw/core. */
import type { ChatChunk, ChatCompletion } from '../protocol/chat.ts';
import { streamOfCompletion } from '../protocol/chunks-of-completion.ts';
import { StreamedCompletion } from '../protocol/completion-of-stream.ts';
import { DONE, eventText, type SseEvent, SseParser } from '../protocol/sse.ts';
import { type Features, isOfGeneration } from './core/features.ts';
import type { PageQuestion } from './core/question.ts';

const DAY_MS = 86_400_000;
export const isReusable = (sent: { sentAt: number }, now: number): boolean =>
  now - sent.sentAt < DAY_MS && sent.sentAt <= now + 60_000;
export function askingOf({ wish, resumes, stream }: PageQuestion): { isKeyed: boolean; resumes: boolean } {
  if (wish === 'off') return { isKeyed: false, resumes: false };
  const isKeyed = wish === 'queue' || resumes !== false;
  return { isKeyed, resumes: isKeyed && stream && resumes !== false };
}

/** How long the worker waits: for headers, through silence, and before it asks again. */

export interface Patience {
  headersMs: number;
  idleMs: number;
  /** A resumable stream has headers at once and a heartbeat each second, so that silence alone says that its line is dead. */
  beats: boolean;
}

export function patienceOf(isResumable: boolean, hasCopy: boolean): Patience {
  if (isResumable) return { headersMs: hasCopy ? 3000 : 8000, idleMs: 2500, beats: true };
  return { headersMs: 3000, idleMs: 3000, beats: false };
}
export const PROBE_MS = 3000;
export const resendDelayMs = (random: number): number => 150 + 150 * random;

export function resumeWaitMs(tries: number, brokenForMs: number, random: number): number | undefined {
  const leftMs = 30_000 - brokenForMs;
  if (leftMs <= 0) return undefined;
  return Math.min(leftMs, Math.min(4000, 100 * 2 ** tries) * (0.5 + random / 2));
}
export const bodyPatience = (isResumable: boolean): number => (isResumable ? 2500 : 3000);
export const RESUME_HEADERS_MS = 8000;
export const FEATURES_MS = 3000;

/** What an HTTP answer means. */
const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export type Cause = 'offline' | 'unreachable' | 'timeout' | 'cut' | 'mode' | `http_${number}`;
export type Verdict = 'answer' | 'pass' | { failed: Cause };
export const isOurs = (requestId: string | null): boolean => requestId !== null && REQUEST_ID.test(requestId);
export function verdictOf({ status, requestId }: { status: number; requestId: string | null }): Verdict {
  if (status === 502 || status === 503 || status === 504 || (status >= 520 && status < 530))
    return { failed: `http_${status}` };
  if (!isOurs(requestId)) return { failed: status >= 200 && status < 300 ? 'unreachable' : `http_${status}` };
  return status >= 200 && status < 300 ? 'answer' : 'pass';
}
export function isCompletion(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text).choices);
  } catch {
    return false;
  }
}

/** Follows a stream of events. */

export class Follower {
  lastId: string | undefined;
  end: 'done' | { errorCode: string | null } | undefined;
  skipsEvents = false;
  mode: string | undefined;
  readonly #completion = new StreamedCompletion();
  #out = '';
  readonly #parser = new SseParser({ onEvent: (event) => this.#event(event) });
  take(text: string): string {
    this.#out = '';
    this.#parser.feed(text);
    return this.#out;
  }
  restart(): void {
    this.#parser.restart();
  }
  completion(): ChatCompletion | undefined {
    return this.end === 'done' && !this.skipsEvents ? this.#completion.whole() : undefined;
  }
  #event(event: SseEvent): void {
    if (this.end !== undefined) return;
    if (event.id !== undefined) {
      if (this.lastId !== undefined && Number(event.id) <= Number(this.lastId)) return;
      this.lastId = event.id;
    }
    this.#out += eventText(event);
    if (event.data === DONE) this.end = 'done';
    else {
      const chunk = JSON.parse(event.data);
      if (chunk.error) this.end = { errorCode: chunk.error.code };
      else {
        this.mode ??= chunk.carryon?.mode;
        if (chunk.carryon?.skippedEvents) this.skipsEvents = true;
        this.#completion.add(chunk as ChatChunk);
      }
    }
  }
}

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}
const error = (message: string, code: string) => ({ error: { message, type: 'offline', code, param: null } });
export function offlineReply(cause: Cause): Reply {
  return {
    status: 503,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'retry-after': '30',
      'x-should-retry': 'false',
      'x-carryon-travel': 'offline',
      'x-carryon-travel-cause': cause,
    },
    body: JSON.stringify(error('offline', 'offline')),
  };
}
export function queuedReply(cause: Cause, id: string): Reply {
  return {
    status: 503,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'retry-after': '30',
      'x-should-retry': 'false',
      'x-carryon-travel': 'queued',
      'x-carryon-travel-id': id,
      'x-carryon-travel-cause': cause,
    },
    body: JSON.stringify(error('queued', 'offline_queued')),
  };
}
export function staleReply({
  body,
  ageMs,
  cause,
  stream,
  includeUsage,
}: {
  body: string;
  ageMs: number;
  cause: Cause;
  stream: boolean;
  includeUsage: boolean;
}): Reply {
  return {
    status: 200,
    headers: {
      'content-type': stream ? 'text/event-stream' : 'application/json',
      'cache-control': 'no-store',
      age: String(Math.max(0, Math.floor(ageMs / 1000))),
      'x-carryon-travel': 'stale',
      'x-carryon-travel-cause': cause,
    },
    body: stream ? streamOfCompletion(body, includeUsage) : body,
  };
}
export const STREAM_LOST_TEXT = eventText({ data: JSON.stringify(error('lost', 'stream_lost')) });

export function keepUntil({
  status,
  mode,
  cacheControl,
  bytes,
  now,
}: {
  status: number;
  mode: string | null;
  cacheControl: string | null;
  bytes: number;
  now: number;
}): number | undefined {
  const seconds = Number(/stale-if-error=(\d+)/.exec(cacheControl ?? '')?.[1] ?? 0);
  if (
    status !== 200 ||
    (mode ?? 'normal') !== 'normal' ||
    /no-store/.test(cacheControl ?? '') ||
    bytes > 262_144 ||
    seconds <= 0
  )
    return undefined;
  return now + seconds * 1000;
}

export const isServable = (
  row: { keepUntil: number; feature: string; generation: number | null } | undefined,
  features: Features | undefined,
  now: number,
): boolean => row !== undefined && now < row.keepUntil && isOfGeneration(row, features);
