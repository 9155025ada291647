/**
 * Refusals for a rate, remembered by an isolate for each scope (ledger rule 23): asking sooner is in vain, because what was
 * counted is never given back. A refusal for money is not remembered: a report may free some at any moment.
 */
import type { LeaseRequest, Left, LimitRefusal, RefusedByLimit } from '../messages.ts';
import type { Scope } from '../types.ts';

/** How long a raised limit may go unnoticed, although a rate's own wait may be longer. */
const LONGEST_REMEMBERED_MS = 1_000;
/** Scopes remembered for one tenant; beyond, all are forgotten. */
const MOST_REMEMBERED = 10_000;

interface Remembered {
  refused: LimitRefusal;
  left: readonly Left[];
  /** Answered from memory until then. */
  until: number;
  /** When the wait is over, as the ledger said. */
  waitUntil: number;
}

/** Of one tenant in one isolate. */
export type Refusals = Map<Scope, Remembered>;

/** What the ledger would say to this request, as far as is remembered; undefined: ask it. */
export function rememberedRefusal(
  refusals: Refusals,
  { scopes, wants }: Pick<LeaseRequest, 'scopes' | 'wants'>,
  now: number,
): RefusedByLimit | undefined {
  // A further attempt is not a further request.
  if (refusals.size === 0 || wants.every(({ requests }) => requests === 0)) return undefined;
  for (const { scope } of scopes) {
    const known = refusals.get(scope);
    if (known === undefined || known.until <= now) continue;
    const { refused, left, waitUntil } = known;
    return { refused: { ...refused, retryAfterMs: waitUntil - now }, left };
  }
  return undefined;
}

/** Remembers what the ledger said, if that is a refusal which asking again cannot change. */
export function rememberRefusal(
  refusals: Refusals,
  wants: LeaseRequest['wants'],
  { refused, left }: RefusedByLimit,
  now: number,
): void {
  // The last want is the least. If that is for many requests, a single one may still fit.
  const isOfOne = wants[wants.length - 1]?.requests === 1;
  if (refused.limit !== 'rps' || refused.neverFits || !isOfOne) return;
  if (refusals.size >= MOST_REMEMBERED) refusals.clear();
  refusals.set(refused.scope, {
    refused,
    // What is left in other scopes is for their own users; everybody in this scope hears this refusal.
    left: left.filter(({ scope }) => scope === refused.scope),
    until: now + Math.min(refused.retryAfterMs, LONGEST_REMEMBERED_MS),
    waitUntil: now + refused.retryAfterMs,
  });
}
