/** Which answers a browser may keep, and how long it may give them. */
import type { ChatChoice, ChatCompletion } from '../../protocol/chat.ts';
import { utf8Bytes } from '../../protocol/utf8-bytes.ts';
import { type Features, factsOf, isOfGeneration } from './features.ts';
import { RESPONSE_HEADERS } from './headers.ts';

/** The largest answer that is kept. */
export const MAX_KEPT_BYTES = 256 * 1024;

/**
 * A completion in the form that is kept: without the router's own fields, which are about one request. Undefined if the text is no
 * completion, or not a complete one.
 */
export function completionToKeep(text: string): string | undefined {
  const completion = wholeCompletion(text);
  if (completion === undefined) return undefined;
  const { carryon, carryon_cost_usd, ...kept } = completion;
  return hasSkippedEvents(carryon) ? undefined : JSON.stringify(kept);
}

/** Whether a JSON text is a completion. Anything else with status 200 did not come from the router. */
export const isCompletion = (text: string): boolean => wholeCompletion(text) !== undefined;

function wholeCompletion(text: string): (ChatCompletion & Record<string, unknown>) | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || !Array.isArray((json as ChatCompletion).choices)) return undefined;
  const completion = json as ChatCompletion & Record<string, unknown>;
  return completion.choices.length > 0 && completion.choices.every(isWhole) ? completion : undefined;
}

const isWhole = (choice: ChatChoice | null): boolean =>
  typeof choice === 'object' && choice !== null && typeof choice.message === 'object' && Boolean(choice.finish_reason);

/** True if the router has marked that a part of the answer may be missing. */
export const hasSkippedEvents = (carryon: unknown): boolean =>
  typeof carryon === 'object' && carryon !== null && Number((carryon as { skippedEvents?: unknown }).skippedEvents) > 0;

export interface Answer {
  status: number;
  header(name: string): string | null;
  /** One completion as JSON; undefined if the stream was not complete. */
  completion: string | undefined;
}

/** The page's wishes for its question. */
export interface PageWord {
  noStore: boolean;
  wish: 'queue' | 'off' | 'fail';
}

/** When an answer was made and how long it may be kept; undefined if it may not be kept. */
export function mayKeep(
  answer: Answer,
  page: PageWord,
  now: number,
): { storedAt: number; keepUntil: number } | undefined {
  const { status, header, completion } = answer;
  const isNormal = (header(RESPONSE_HEADERS.mode) ?? 'normal') === 'normal';
  if (status !== 200 || completion === undefined || !isNormal || page.noStore || page.wish === 'off') return undefined;
  if (utf8Bytes(completion) > MAX_KEPT_BYTES) return undefined;
  const keepSeconds = secondsToKeep(header('cache-control'));
  if (keepSeconds === 0) return undefined;
  // An answer from the router's cache is older than this exchange.
  const ageSeconds = wholeNumber(header('age')) ?? 0;
  return { storedAt: now - ageSeconds * 1_000, keepUntil: now + keepSeconds * 1_000 };
}

/** The seconds of `stale-if-error` in a header such as `private, stale-if-error=604800`; 0 if the answer may not be kept. */
export function secondsToKeep(cacheControl: string | null): number {
  const directives = (cacheControl ?? '').split(',').map((directive) => directive.trim().toLowerCase());
  if (directives.includes('no-store')) return 0;
  const told = directives.find((directive) => directive.startsWith('stale-if-error='));
  return wholeNumber(told?.slice('stale-if-error='.length) ?? null) ?? 0;
}

/** Ten digits are 300 years. */
const wholeNumber = (text: string | null): number | undefined =>
  text !== null && /^\d{1,10}$/.test(text) ? Number(text) : undefined;

export interface KeptAnswer {
  feature: string;
  generation: number | null;
  storedAt: number;
  keepUntil: number;
}

/** Whether a kept answer may be given now. The feature's current facts count, because its time limit may have become shorter since. */
export function isServable(kept: KeptAnswer, known: Features | undefined, now: number): boolean {
  const ttlSeconds = factsOf(known, kept.feature)?.travelTtlSeconds ?? Number.POSITIVE_INFINITY;
  const until = Math.min(kept.keepUntil, kept.storedAt + ttlSeconds * 1_000);
  return now < until && isOfGeneration(kept, known);
}

/** Whole seconds; 0 if the clock was set back. */
export const ageSecondsOf = ({ storedAt }: Pick<KeptAnswer, 'storedAt'>, now: number): number =>
  Math.max(0, Math.floor((now - storedAt) / 1_000));
