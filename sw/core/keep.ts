/** What a browser may keep, and for how long it may be given. */
import type { ChatChoice, ChatCompletion } from '../../protocol/chat.ts';
import { utf8Bytes } from '../../protocol/utf8-bytes.ts';
import { type Features, factsOf, isOfGeneration } from './features.ts';
import { RESPONSE_HEADERS } from './headers.ts';

/** The largest answer. */
export const MAX_KEPT_BYTES = 256 * 1024;

/** A completion as it is kept: without the router's own field, which is about one request. Undefined for any other JSON, and for one that is not complete. */
export function completionToKeep(text: string): string | undefined {
  const completion = wholeCompletion(text);
  if (completion === undefined) return undefined;
  const { carryon, carryon_cost_usd, ...kept } = completion;
  return hasSkippedEvents(carryon) ? undefined : JSON.stringify(kept);
}

/** Whether a JSON text is a completion; anything else with a 200 is not the router's. */
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

/** The router's mark for "part of it may be missing". */
export const hasSkippedEvents = (carryon: unknown): boolean =>
  typeof carryon === 'object' && carryon !== null && Number((carryon as { skippedEvents?: unknown }).skippedEvents) > 0;

export interface Answer {
  status: number;
  header(name: string): string | null;
  /** One completion as JSON; undefined if the stream was not complete. */
  completion: string | undefined;
}

/** What the page said when it asked. */
export interface PageWord {
  noStore: boolean;
  wish: 'queue' | 'off' | 'fail';
}

/** From when until when an answer may be given again; undefined if it may not be kept. */
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

/** The seconds in `private, stale-if-error=604800`; 0 if nothing may be kept. */
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

/** Whether a kept answer may be given now, by what is now known of its feature: its time may have become shorter. */
export function isServable(kept: KeptAnswer, known: Features | undefined, now: number): boolean {
  const ttlSeconds = factsOf(known, kept.feature)?.travelTtlSeconds ?? Number.POSITIVE_INFINITY;
  const until = Math.min(kept.keepUntil, kept.storedAt + ttlSeconds * 1_000);
  return now < until && isOfGeneration(kept, known);
}

/** Whole seconds; 0 if the clock was set back. */
export const ageSecondsOf = ({ storedAt }: Pick<KeptAnswer, 'storedAt'>, now: number): number =>
  Math.max(0, Math.floor((now - storedAt) / 1_000));
