/** Grants a lease, in one synchronous turn: in all its scopes or in none. A refusal changes nothing (ledger rules 2 to 5). */

import { keepShape } from '../../../../protocol/kept-shapes.ts';
import type { Granted, GrantReply, LeaseRequest, LimitRefusal, Want } from '../messages.ts';
import { GRACE_MS } from '../protocol.ts';
import { dayOf, endOfMinute } from '../time.ts';
import { accountOf, storedOf } from './account.ts';
import { enterLease } from './book.ts';
import { type AskedScope, fits, refusingLimits, type WantContext } from './check.ts';
import { foldIfDue } from './fold.ts';
import { afterArrivals, longestSliceMs, paceAt, rateOf } from './gcra.ts';
import { isSafeguardDue, noteCrossings } from './ladder.ts';
import { isIdOutOfRange } from './lease.ts';
import { leftOf, narrowest } from './left.ts';
import { inForce } from './limits.ts';
import { askProblem } from './shape.ts';
import type { Book, LiveLease } from './state.ts';

/** The reply to an ask. */
export function grant(book: Book, ask: LeaseRequest, now: number): GrantReply {
  keepShape('ask', ask);
  const problem = askProblem(ask);
  if (problem !== undefined) return { refused: 'invalid', detail: problem };
  const known = book.leases.get(ask.leaseId);
  if (known !== undefined) return again(book, known, ask, now);
  if (isIdOutOfRange(ask.leaseId, now)) return { refused: 'lease_too_old' };

  const places = askedScopes(book, ask);
  const revoked = places.find(({ account }) => account.stored?.overrides.revoked);
  if (revoked !== undefined) return { refused: 'revoked', scope: revoked.account.scope };
  // Crossed thresholds are noted even if this ask is refused. Once time alone has settled the other leases, every further ask may be
  // refused.
  for (const { account } of places) noteCrossings(book, account, dayOf(now), now);
  const safeguards = ask.wants.filter(({ mode }) => mode === 'safeguard');
  const isDue = (safeguards.length > 0 || ask.degrades) && isSafeguardDue(book.ladder, places, now);
  if (isDue && safeguards.length === 0) return { refused: 'safeguard_due' };
  const wants = isDue ? safeguards : ask.wants;
  for (const want of wants) {
    const moment = momentOf(ask, want, places, now);
    if (!places.every((place) => fits(place, want, moment))) continue;
    foldIfDue(book, now);
    return enter(book, ask, want, places, moment);
  }
  return { refused: longestWait({ ...ask, wants }, places, now), left: leftOf(places, now) };
}

/**
 * Ledger rule 2: a known id is never granted again. If the lease is open, the reply is what its row says, whatever the ask now
 * wants. *Without:* both copies of one ask are granted, and the second hold belongs to nobody.
 */
function again(book: Book, { lease, status, isRipe }: LiveLease, ask: LeaseRequest, now: number): GrantReply {
  // The lease may be folded at any moment, so the reply is the same as after the fold.
  if (isRipe) return { refused: 'lease_too_old' };
  if (status !== 'open') return { refused: 'lease_settled' };
  const { granted, mode, admitForMs } = lease;
  return { granted, mode, admitForMs, left: narrowest(leftOf(askedScopes(book, ask), now)) };
}

/** The scopes of an ask with the limits in force now. What operators set is read from the object's own rows (ledger rule 4). */
export const askedScopes = (book: Book, { scopes }: Pick<LeaseRequest, 'scopes'>): AskedScope[] =>
  scopes.map(({ scope, limits: configured }) => {
    const account = accountOf(book.accounts, scope);
    account.configured = configured;
    const limits = inForce(configured, storedOf(account, book.read).overrides.limits);
    return { account, limits, rate: rateOf(limits) };
  });

/**
 * Tokens belong to one minute, so a request that takes them must start in it. *Without:* 2 granted late in minute 0 start beside
 * the 2 of minute 1. A slice is shortened by its rate too (`longestSliceMs`).
 */
function momentOf(
  ask: LeaseRequest,
  { tokens, requests }: Want,
  places: readonly AskedScope[],
  now: number,
): WantContext {
  let { admitForMs } = ask;
  const share = requests > 1 ? (ask.sliceShare ?? 1) : 1;
  for (const { account, limits, rate } of places) {
    if (tokens > 0 && limits.tpm !== null) admitForMs = Math.min(admitForMs, endOfMinute(now) - now);
    if (requests > 1 && rate !== undefined) {
      admitForMs = Math.min(admitForMs, longestSliceMs(paceAt(account.pace, now), now, rate));
    }
  }
  return { now, admitForMs, share };
}

function enter(
  book: Book,
  { leaseId, runForMs }: LeaseRequest,
  { mode, microUsd, tokens, requests, parallel }: Want,
  places: readonly AskedScope[],
  { now, admitForMs }: WantContext,
): Granted {
  const granted = { microUsd, tokens, requests, parallel };
  const arrivals = places.map(({ account, rate }) => afterArrivals(paceAt(account.pace, now), requests, now, rate));
  enterLease(
    book,
    {
      slot: 0,
      number: 0,
      leaseId,
      origin: 'asked',
      mode,
      scopes: places.map(({ account }) => account.scope),
      tatUs: arrivals.map(({ tatUs }) => tatUs),
      laterUs: requests > 1 ? arrivals.map(({ laterUs }) => laterUs) : [],
      grantedAt: now,
      admitForMs,
      settleBy: now + admitForMs + runForMs + GRACE_MS,
      granted,
      spent: { microUsd: 0, tokens: 0 },
      freed: { microUsd: 0, tokens: 0, parallel: 0 },
      done: false,
      estimated: false,
    },
    now,
  );
  return { granted, mode, admitForMs, left: narrowest(leftOf(places, now)) };
}

/** Why even the last want, which is the smallest, does not fit: the obstacle that lasts longest. */
function longestWait(ask: LeaseRequest, places: readonly AskedScope[], now: number): LimitRefusal {
  const least = ask.wants[ask.wants.length - 1] as Want;
  const moment = momentOf(ask, least, places, now);
  return places
    .flatMap((place) => refusingLimits(place, least, moment))
    .reduce((longest, other) => (waitOf(other) > waitOf(longest) ? other : longest));
}

const waitOf = ({ neverFits, retryAfterMs }: LimitRefusal): number =>
  neverFits ? Number.POSITIVE_INFINITY : retryAfterMs;
