/** With which key a question goes out, and whether its stream is to be one that can be resumed. */
import type { PageQuestion } from './question.ts';

export interface HowToAsk {
  /** With an idempotency key, so that a request that was lost may be sent again and is paid once. */
  keyed: boolean;
  /** With `x-carryon-resume`. */
  resume: boolean;
}

/** A keyed answer costs the team more than a plain one, so a key is sent where it serves somebody, and while that is not known. */
export function howToAsk({ resumes, wish, stream }: Pick<PageQuestion, 'resumes' | 'wish' | 'stream'>): HowToAsk {
  if (wish === 'off') return { keyed: false, resume: false };
  const mayResume = resumes !== false;
  return { keyed: mayResume || wish === 'queue', resume: mayResume && stream };
}

/** The router remembers a key for one hour more. */
export const REUSE_KEY_MS = 24 * 3_600_000;

/**
 * Whether a question that was sent before, and never answered to its end, is sent with the same key. A key made while this device's clock
 * was ahead is fine: the router judges a key by the time inside it, and refuses one that it may have forgotten.
 */
export const isReusable = ({ sentAt }: { sentAt: number }, now: number): boolean => now - sentAt < REUSE_KEY_MS;

/** Errors that stay with a key: the next ask is a new question, or it would meet the same end again. */
const ENDS_KEY = new Set(['idempotency_expired', 'idempotency_mismatch', 'stopped', 'stream_interrupted']);

/** Whether an error of the router ends the question that was asked with this key. */
export const endsKey = (code: string | undefined): boolean => code !== undefined && ENDS_KEY.has(code);

/** What an error of the router says of itself. */
export interface ToldError {
  code: string | undefined;
  /** The attempts that were made, where this page may know. */
  carryon?: object;
}

export function toldErrorOf({ error, carryon }: Record<string, unknown>): ToldError {
  const code = isObject(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return isObject(carryon) ? { code, carryon } : { code };
}

/** The same of a body's text; without a code for anything else. */
export function toldErrorIn(text: string): ToldError {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? toldErrorOf(json as Record<string, unknown>) : { code: undefined };
  } catch {
    return { code: undefined };
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
