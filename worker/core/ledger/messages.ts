/** What holders and the ledger say to each other (docs/ledger.md "Messages"). Durations travel, times of day do not. */
import type { Amount, Freed, LimitName, Limits, Mode, Scope, Spent } from './types.ts';

export interface Want extends Amount {
  mode: Mode;
}

/** A scope, with what config says of it; what was set over the admin API is laid over that by the ledger. */
export interface ScopeAsk {
  scope: Scope;
  limits: Partial<Limits>;
}

export interface LeaseRequest {
  /** A UUIDv7 of the holder's own making. */
  leaseId: string;
  scopes: readonly ScopeAsk[];
  /** Best first: a slice, one request, one in safeguard mode. The first that fits everywhere is granted. */
  wants: readonly Want[];
  /** The holder starts nothing at or after the time in its id plus what the reply says of this. */
  admitForMs: number;
  /** Its feature has a safeguard, which is not among the wants: from where that takes over, this is refused. */
  degrades?: boolean;
  /** The longest that one request may take. */
  runForMs: number;
}

export interface Granted {
  granted: Amount;
  mode: Mode;
  admitForMs: number;
  left: Left[];
}

export type GrantReply =
  | Granted
  /** `remembered`: by the isolate, which tells of the refusing scope alone. */
  | { refused: LimitRefusal; left: Left[]; remembered?: true }
  | { refused: 'lease_settled' | 'lease_too_old' | 'safeguard_due' }
  | { refused: 'revoked'; scope: Scope }
  | { refused: 'invalid'; detail: string };

/** What remains under one limit, for `x-ratelimit-*` and for the size of the next slice. */
export interface Left {
  scope: Scope;
  limit: LimitName;
  /** The cap; for `rps` the burst, which is the whole bucket. */
  cap: number;
  remaining: number;
  /** Until all of it is there again, if nothing else is asked; for slots 0, since nobody knows. */
  resetMs: number;
}

export type LimitRefusal = MoneyRefusal | PaceRefusal;

interface Refusal {
  scope: Scope;
  resetsAt: number;
  retryAfterMs: number;
  /** It would fit if nothing were held: what others hold may come back at any moment, and `retryAfterMs` is a guess. */
  onlyHeld: boolean;
  /** More than the limit would ever let through at once: waiting is in vain. */
  neverFits: boolean;
}

export interface MoneyRefusal extends Refusal {
  limit: 'monthly' | 'daily';
  spentMicroUsd: number;
  heldMicroUsd: number;
  capMicroUsd: number;
  wantedMicroUsd: number;
}

export interface PaceRefusal extends Refusal {
  limit: 'rps' | 'tpm' | 'parallel';
  /** Requests in the bucket, tokens a minute, or slots. */
  cap: number;
}

/** Cumulative: each figure only grows, so a report may be late, repeated or out of order (ledger rules 6 and 7). */
export interface Report {
  leaseId: string;
  spent: Spent;
  freed: Freed;
  done: boolean;
  /** No usage came: `spent` is what passed, by the bounds of the worst case. Stays, like `done`. */
  estimated?: boolean;
  /** Only of a lease whose holder heard of no grant, because the ledger could not be reached, and ran as the tenant's policy allows. */
  scopes?: readonly Scope[];
}

/**
 * `unknown`: nobody's, or folded; nothing more is to be done about it. `over_granted`: applied, but more was spent than was
 * granted, so a worst case was none (ledger rule 13): a bug that an operator must hear of.
 */
export type ReportReply = 'applied' | 'over_granted' | 'unknown' | 'invalid';
