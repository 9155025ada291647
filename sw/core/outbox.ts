/** The outbox's decisions: which questions it accepts, which one it sends next, and what becomes of a question that was sent. */
import { canonicalJson, Uncanonical } from '../../protocol/answer-key.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { parseBody } from '../../protocol/parse-body.ts';
import { RESPONSE_HEADERS } from './headers.ts';

export type QueueState = 'waiting' | 'sending' | 'answered' | 'failed' | 'expired';

/** A queued question without its text. `id` is its idempotency key. */
export interface QueuedRow {
  id: string;
  /** The part of the person who asked (see `Person`). */
  part: string;
  askedAt: number;
  feature: string;
  state: QueueState;
  /** How often it has been sent. */
  tries: number;
  /** An error code, never a message. */
  lastError: string | null;
  /** The question is not sent before this time. */
  notBefore: number;
}

const MAX_QUESTIONS = 20;
export const MAX_QUESTION_BYTES = 256 * 1024;
const HOUR_MS = 3_600_000;
/** An hour less than the router remembers an idempotency key. */
const SEND_WITHIN_MS = 24 * HOUR_MS;
const SHOWN_FOR_MS = 7 * 24 * HOUR_MS;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** The longest wait, even if the router names a longer one. */
const LONGEST_RETRY_AFTER_MS = HOUR_MS;

export const newRow = (row: Pick<QueuedRow, 'id' | 'part' | 'askedAt' | 'feature'>): QueuedRow => ({
  ...row,
  state: 'waiting',
  tries: 0,
  lastError: null,
  notBefore: 0,
});

/** Whether the outbox has room for a question of this size. Answers that have not been collected yet take no room. */
export const hasRoomFor = (others: readonly QueuedRow[], questionBytes: number): boolean =>
  questionBytes <= MAX_QUESTION_BYTES && others.filter(({ state }) => state !== 'answered').length < MAX_QUESTIONS;

/** The row as it is at this time; null once it is too old to be shown. A clock that was set back makes no row older. */
export function rowAt(row: QueuedRow, now: number): QueuedRow | null {
  const age = now - row.askedAt;
  if (age >= SHOWN_FOR_MS) return null;
  return row.state === 'waiting' && age >= SEND_WITHIN_MS ? { ...row, state: 'expired' } : row;
}

/** The row after the worker that was sending it has died. The question is sent again with the same key, so it is paid for once. */
export const afterDeath = (row: QueuedRow): QueuedRow => (row.state === 'sending' ? { ...row, state: 'waiting' } : row);

const waits = ({ state }: QueuedRow): boolean => state === 'waiting';

/** A wait longer than any intended one comes from a clock that was set back. */
const isDue = ({ notBefore }: QueuedRow, now: number): boolean =>
  notBefore <= now || notBefore > now + LONGEST_RETRY_AFTER_MS;

/** The oldest question that may be sent now. */
export const nextToSend = (rows: readonly QueuedRow[], now: number): QueuedRow | undefined =>
  rows
    .filter((row) => waits(row) && isDue(row, now) && now - row.askedAt < SEND_WITHIN_MS)
    .toSorted((one, other) => one.askedAt - other.askedAt)[0];

/** When the next postponed question may be sent; undefined if there is none. */
export function nextDue(rows: readonly QueuedRow[], now: number): number | undefined {
  const times = rows.filter((row) => waits(row) && row.notBefore > now).map(({ notBefore }) => notBefore);
  return times.length === 0 ? undefined : Math.min(...times);
}

export const countWaiting = (rows: readonly QueuedRow[]): number =>
  rows.filter((row) => waits(row) || row.state === 'sending').length;

/** The row once the sender has taken it; undefined if it may no longer be sent, such as after a cancel. */
export const takenForSending = (row: QueuedRow): QueuedRow | undefined =>
  waits(row) ? { ...row, state: 'sending', tries: row.tries + 1 } : undefined;

export type SendOutcome =
  | { kind: 'answered' }
  /** A reply of the router that does not answer the question. */
  | { kind: 'refused'; status: number; code: string | null; retryAfterMs: number | null }
  /** No reply of the router at all. */
  | { kind: 'unreached'; cause: string };

/** The answer broke off after its content had begun. The router never runs that key again. */
const INTERRUPTED = 'stream_interrupted';

export function afterSending(row: QueuedRow, outcome: SendOutcome, now: number): QueuedRow {
  switch (outcome.kind) {
    case 'answered':
      return { ...row, state: 'answered', lastError: null };
    case 'unreached':
      // The question may be sent again at the next sign that the network is back.
      return { ...row, state: 'waiting', lastError: outcome.cause };
    case 'refused': {
      const { status, code, retryAfterMs } = outcome;
      const lastError = code ?? `http_${status}`;
      const waits = status >= 500 || status === 429 || status === 401;
      if (!waits || code === INTERRUPTED) return { ...row, state: 'failed', lastError };
      const waitMs = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS) || backOffMs(row.tries);
      return { ...row, state: 'waiting', lastError, notBefore: now + waitMs };
    }
  }
}

const backOffMs = (tries: number): number => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, tries - 1));

/**
 * The row after `sendNow`. Only a question that has failed or expired takes the new key: the router refused it or may have forgotten its
 * key.
 */
export function sentNow(row: QueuedRow, newId: string, now: number): QueuedRow {
  if (row.state === 'waiting') return { ...row, notBefore: 0 };
  if (row.state !== 'failed' && row.state !== 'expired') return row;
  return newRow({ id: newId, part: row.part, askedAt: now, feature: row.feature });
}

/** Whether `cancel` may remove the question. One that is being sent may already be paid for, so the outbox waits for its answer. */
export const mayCancel = ({ state }: QueuedRow): boolean => state !== 'sending';

/** The body that the outbox sends: the same question, not streamed. Undefined if a field cannot be written as canonical JSON. */
export function inOnePiece(bodyText: string): string | undefined {
  const { stream, stream_options, ...body } = parseBody(bodyText) as Record<string, unknown>;
  try {
    return canonicalJson({ ...body, stream: false });
  } catch (error) {
    if (error instanceof Uncanonical) return undefined;
    throw error;
  }
}

const NOT_STORED = [
  ...['authorization', 'x-api-key', 'cookie', 'proxy-authorization'],
  // These belong to the try that failed. The outbox asks without a stream, and with the row's id as the key.
  ...[REQUEST_HEADERS.resume, REQUEST_HEADERS.idempotencyKey],
];

/** The headers of a question that may be stored. Credentials are left out. */
export const storableHeaders = (headers: Iterable<[string, string]>): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !NOT_STORED.includes(name.toLowerCase())));

/** The wait from `retry-after-ms`, or else from `retry-after` in seconds; null if neither header names one. */
export function retryAfterMs(header: (name: string) => string | null): number | null {
  const ms = Number(header(RESPONSE_HEADERS.retryAfterMs) ?? Number.NaN);
  if (ms >= 0) return ms;
  const seconds = Number(header(RESPONSE_HEADERS.retryAfter) ?? Number.NaN);
  return seconds >= 0 ? seconds * 1000 : null;
}
