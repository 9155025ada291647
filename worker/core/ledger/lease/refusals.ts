/**
 * Refusals for a rate, remembered by an isolate for each scope (ledger rule 23). Asking sooner is in vain, because rate that was
 * counted is never given back. A refusal for money is not remembered, because a report may free some at any moment.
 */
import type { LeaseRequest, Left, LimitRefusal, RefusedByLimit } from '../messages.ts';
import type { Scope } from '../types.ts';

/** How long a raised limit may go unnoticed, although a rate's own wait may be longer. */
const LONGEST_REMEMBERED_MS = 1_000;
/** Most scopes remembered for one tenant. Beyond this, all are forgotten. */
const MOST_REMEMBERED = 10_000;

interface Remembered {
  refused: LimitRefusal;
  left: readonly Left[];
  /** Requests are refused from memory until this time. */
  until: number;
  /** When the wait is over, as the ledger said. */
  waitUntil: number;
}

/** The refusals that one isolate remembers for one tenant. */
export type Refusals = Map<Scope, Remembered>;

/** The refusal that the ledger would give to this request, if it is remembered. Undefined if the ledger must be asked. */
export function rememberedRefusal(
  refusals: Refusals,
  { scopes, wants }: Pick<LeaseRequest, 'scopes' | 'wants'>,
  now: number,
): RefusedByLimit | undefined {
  // A further attempt takes no request, so no rate refuses it.
  if (refusals.size === 0 || wants.every(({ requests }) => requests === 0)) return undefined;
  for (const { scope } of scopes) {
    const known = refusals.get(scope);
    if (known === undefined || known.until <= now) continue;
    const { refused, left, waitUntil } = known;
    return { refused: { ...refused, retryAfterMs: waitUntil - now }, left };
  }
  return undefined;
}

/** Remembers a reply if it is a refusal that asking again cannot change. */
export function rememberRefusal(
  refusals: Refusals,
  wants: LeaseRequest['wants'],
  { refused, left }: RefusedByLimit,
  now: number,
): void {
  // The last want is the smallest. If it is for many requests, a single one may still fit.
  const isOfOne = wants[wants.length - 1]?.requests === 1;
  if (refused.limit !== 'rps' || refused.neverFits || !isOfOne) return;
  if (refusals.size >= MOST_REMEMBERED) refusals.clear();
  refusals.set(refused.scope, {
    refused,
    // This refusal is given to every request in this scope, so it leaves out what is left in other scopes.
    left: left.filter(({ scope }) => scope === refused.scope),
    until: now + Math.min(refused.retryAfterMs, LONGEST_REMEMBERED_MS),
    waitUntil: now + refused.retryAfterMs,
  });
}
