/** Decides whether a question is sent with an idempotency key, and whether it asks for a resumable stream. */
import type { PageQuestion } from './question.ts';

export interface HowToAsk {
  /** True if it is sent with an idempotency key, so that a lost request can be sent again and is paid for once. */
  keyed: boolean;
  /** True if it is sent with `x-carryon-resume`. */
  resume: boolean;
}

/** A keyed answer costs the team more than a plain one, so a key is sent only if it is useful, or if that is not known yet. */
export function howToAsk({ resumes, wish, stream }: Pick<PageQuestion, 'resumes' | 'wish' | 'stream'>): HowToAsk {
  if (wish === 'off') return { keyed: false, resume: false };
  const mayResume = resumes !== false;
  return { keyed: mayResume || wish === 'queue', resume: mayResume && stream };
}

/** One hour less than the router remembers a key. */
export const REUSE_KEY_MS = 24 * 3_600_000;

/**
 * Whether a question that was sent before, and never completely answered, is sent with the same key. A key that was made while this
 * device's clock was ahead causes no harm: the router judges a key by the time inside it, and refuses one that it may have forgotten.
 */
export const isReusable = ({ sentAt }: { sentAt: number }, now: number): boolean => now - sentAt < REUSE_KEY_MS;

/** Errors that stay with a key. The next ask needs a new key, otherwise it would end the same way again. */
const ENDS_KEY = new Set(['idempotency_expired', 'idempotency_mismatch', 'stopped', 'stream_interrupted']);

/** Whether an error of the router ends the question that was asked with this key. */
export const endsKey = (code: string | undefined): boolean => code !== undefined && ENDS_KEY.has(code);

/** An error of the router. */
export interface RouterErrorInfo {
  code: string | undefined;
  /** The attempts that the router made, if this page may see them. */
  carryon?: object;
}

export function routerErrorOf({ error, carryon }: Record<string, unknown>): RouterErrorInfo {
  const code = isObject(error) && typeof error.code === 'string' ? error.code : undefined;
  return isObject(carryon) ? { code, carryon } : { code };
}

/** Reads the error from a body's text. `code` is undefined if the text is not an error of the router. */
export function routerErrorIn(text: string): RouterErrorInfo {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? routerErrorOf(json) : { code: undefined };
  } catch {
    return { code: undefined };
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
