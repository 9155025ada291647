/** With which key a question is sent, and whether its stream is asked to be resumable. */
import type { PageQuestion } from './question.ts';

export interface HowToAsk {
  /** With an idempotency key, so that a lost request may be sent again and is paid for once. */
  keyed: boolean;
  /** With `x-carryon-resume`. */
  resume: boolean;
}

/** A keyed answer costs the team more than a plain one, so a key is sent only where it is useful, or while that is not known. */
export function howToAsk({ resumes, wish, stream }: Pick<PageQuestion, 'resumes' | 'wish' | 'stream'>): HowToAsk {
  if (wish === 'off') return { keyed: false, resume: false };
  const mayResume = resumes !== false;
  return { keyed: mayResume || wish === 'queue', resume: mayResume && stream };
}

/** One hour less than the router remembers a key. */
export const REUSE_KEY_MS = 24 * 3_600_000;

/**
 * Whether a question that was sent before, and never completely answered, is sent with the same key. A key made while this device's clock
 * was ahead is fine: the router judges a key by the time inside it, and refuses one that it may have forgotten.
 */
export const isReusable = ({ sentAt }: { sentAt: number }, now: number): boolean => now - sentAt < REUSE_KEY_MS;

/** Errors that stay with a key: the next ask is a new question, otherwise it would end the same way again. */
const ENDS_KEY = new Set(['idempotency_expired', 'idempotency_mismatch', 'stopped', 'stream_interrupted']);

/** Whether an error of the router ends the question that was asked with this key. */
export const endsKey = (code: string | undefined): boolean => code !== undefined && ENDS_KEY.has(code);

/** An error of the router. */
export interface ToldError {
  code: string | undefined;
  /** The attempts that were made, where this page may know. */
  carryon?: object;
}

export function toldErrorOf({ error, carryon }: Record<string, unknown>): ToldError {
  const code = isObject(error) && typeof error.code === 'string' ? error.code : undefined;
  return isObject(carryon) ? { code, carryon } : { code };
}

/** The same from a body's text; without a code for anything else. */
export function toldErrorIn(text: string): ToldError {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? toldErrorOf(json) : { code: undefined };
  } catch {
    return { code: undefined };
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
