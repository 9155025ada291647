/**
 * The messages between holders and the ledger (docs/ledger.md, "Messages"). Durations travel, times of day do not. During a
 * deploy, one side may run the previous build. So fields are only ever added, and a new field may be missing.
 */
import type { Amount, Freed, LimitName, Limits, Mode, Scope, Spent } from './types.ts';

/** What a holder would like to be granted, and in which mode its request would then be served. */
export interface Want extends Amount {
  mode: Mode;
}

/** A scope with its limits in config. Limits that were set over the admin API take precedence. */
export interface ScopeAsk {
  scope: Scope;
  limits: Partial<Limits>;
}

/** The ask for one lease. */
export interface LeaseRequest {
  /** A UUIDv7 that the holder made. */
  leaseId: string;
  scopes: readonly ScopeAsk[];
  /** In order of preference: a slice, one request, one request in safeguard mode. The first that fits in every scope is granted. */
  wants: readonly Want[];
  /** The holder starts nothing at or after the time in its lease id plus the `admitForMs` of the reply. */
  admitForMs: number;
  /**
   * A slice is granted only if all slices, this one included, then hold at most this share of what nothing else has taken of each
   * limit.
   */
  sliceShare?: number;
  /**
   * True if the request's feature has a safeguard that is not among the wants. Once the safeguard is due, this ask is refused
   * with `safeguard_due`.
   */
  degrades?: boolean;
  /** The longest time that one request may take. */
  runForMs: number;
}

/** The reply to an ask. Its two kinds differ by `refused`. They have no tag, because previous builds read these very fields. */
export type GrantReply = Granted | NotGranted;

/** A lease was granted, for the first want that fits. */
export interface Granted {
  refused?: undefined;
  granted: Amount;
  mode: Mode;
  admitForMs: number;
  /** The limits that matter to the next ask (`narrowest`). */
  left: readonly Left[];
}

/** No lease was granted. */
export type NotGranted = RefusedByLimit | RefusedForReason;

/** A limit stands in the way. */
export interface RefusedByLimit {
  refused: LimitRefusal;
  /** What is left under each limit. */
  left: readonly Left[];
}

/** True if it was a limit that refused the ask. */
export const isByLimit = (reply: NotGranted): reply is RefusedByLimit => typeof reply.refused === 'object';

/** Something other than a limit stands in the way. */
export type RefusedForReason =
  | { refused: 'lease_settled' | 'lease_too_old' | 'safeguard_due' }
  | { refused: 'revoked'; scope: Scope }
  | { refused: 'invalid'; detail: string };

/** What remains under one limit: for `x-ratelimit-*` headers, and for the size of the next slice. */
export interface Left {
  scope: Scope;
  limit: LimitName;
  /** The cap. For `rps` it is the burst, which is the whole bucket. */
  cap: number;
  remaining: number;
  /** How long until all of it is available again if nothing else is granted. 0 for slots, because that is unknown. */
  resetMs: number;
}

/** Which limit refuses, and how long to wait. */
export type LimitRefusal = MoneyRefusal | PaceRefusal;

interface Refusal {
  scope: Scope;
  resetsAt: number;
  retryAfterMs: number;
  /** True if the want would fit if nothing were held. What others hold may come back at any moment, so `retryAfterMs` is a guess. */
  onlyHeld: boolean;
  /** True if the want is more than the limit ever lets through at once, so waiting does not help. */
  neverFits: boolean;
}

/** A refusal by a budget. */
export interface MoneyRefusal extends Refusal {
  limit: 'monthly' | 'daily';
  spentMicroUsd: number;
  heldMicroUsd: number;
  capMicroUsd: number;
  wantedMicroUsd: number;
}

/** A refusal by a rate, by tokens per minute, or by parallel requests. */
export interface PaceRefusal extends Refusal {
  limit: 'rps' | 'tpm' | 'parallel';
  /** Requests in the bucket, tokens per minute, or slots. */
  cap: number;
}

/** Totals of one lease. Each figure only grows, so a report may be late, repeated or out of order (ledger rules 6 and 7). */
export interface Report {
  leaseId: string;
  spent: Spent;
  freed: Freed;
  done: boolean;
  /** True if some of `spent` is a bound, because no usage came. It stays set, like `done`. */
  estimated?: boolean;
  /** Only for a lease that ran without a grant, because the ledger could not be reached and the tenant's policy allows it. */
  scopes?: readonly Scope[];
}

/** The replies to reports and asks that were sent in one call, each list in the order in which they were sent. */
export interface LedgerReplies {
  reports: ReportReply[];
  grants: GrantReply[];
}

/**
 * `unknown`: the lease does not exist or was folded, and nothing more can be done about it. `over_granted`: the report was
 * applied, but more was spent than granted (ledger rule 13). Some worst case was too low, which is a bug that an operator should
 * know of.
 */
export type ReportReply = 'applied' | 'over_granted' | 'unknown' | 'invalid';
