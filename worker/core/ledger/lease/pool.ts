/**
 * Everything that one isolate needs to admit requests from slices for one set of scopes. Each set has a pool of its own, so that
 * no key or user goes on in the slice of another (ledger rule 22). Pools are plain data that outlives the requests, because one
 * request cannot use the I/O of another.
 */
import { UnderWay } from '../../under-way.ts';
import { tightest } from '../book/left.ts';
import type { Granted, GrantReply, Left, ScopeAsk, Want } from '../messages.ts';
import { LONGEST_ADMIT_MS, LONGEST_RUN_MS } from '../protocol.ts';
import type { Mode, Scope } from '../types.ts';
import type { Refusals } from './refusals.ts';
import { beginSlice, hasRoom, isAdmitting, isQuiet, type Share, type Slice, takeShare, unusedAmount } from './slice.ts';
import { learnWindow, newRecentStarts, noteStart, type RecentStarts, recentStarts, sliceWant } from './slice-size.ts';

/** The slices of one set of scopes, and what is known about its limits. */
export interface Pool {
  readonly tenant: TenantPools;
  /** Slices that may still admit, oldest first. */
  open: Slice[];
  /** What the ledger's last reply said is left, and when. */
  left: readonly Left[];
  leftAt: number;
  /** The rate and the tokens per minute of `left` that are nearest to exhaustion. */
  shown: readonly Left[];
  /** Whether the last reply named a budget. Undefined before the first reply. */
  hasBudget: boolean | undefined;
  recent: RecentStarts;
  /** The mode last granted to a request that accepts either. New slices are requested in this mode, and shares are taken in it. */
  mode: Mode;
  /** Until this time a request may be asking for a slice. After it, that request counts as dead. */
  askingUntil: number;
  /** Requests admitted so far, up to the start of the last ask for a slice, and during that ask. */
  admitted: number;
  admittedAtAsk: number;
  admittedWhileAsking: number;
  /** Requests at work, from before their admission until their end. */
  readonly active: UnderWay;
}

/** What the pools of one tenant share. Any ask to its ledger takes along the closes of all of them. */
export interface TenantPools {
  readonly name: string;
  /** When its ledger was last asked. */
  askedAt: number;
  /** Leases in which nothing runs and nothing may start, and which the ledger does not know to be closed. */
  readonly closable: Set<Slice>;
  readonly refusals: Refusals;
  /** The request to which others leave their closes. */
  carrier: Carrier | undefined;
  /** Requests of this isolate that hold something. */
  readonly active: UnderWay;
}

/** A request that waits with its own close, and will then close what others have left in `closable`. */
export interface Carrier {
  /** The carrier should have closed them by this time. From then on it counts as dead. */
  until: number;
}

/** All pools of an isolate. */
export interface Pools {
  readonly byName: Map<string, Pool>;
  readonly tenants: Map<string, TenantPools>;
  /** The same pools, by the very array of scopes that a caller passed. */
  byScopes: WeakMap<readonly ScopeAsk[], Pool>;
}

/** The pools of an isolate that has just started. */
export const newPools = (): Pools => ({ byName: new Map(), tenants: new Map(), byScopes: new WeakMap() });

/** The longest time for which a request may hold something. A request that the runtime ends without notice counts no longer than that. */
const LONGEST_REQUEST_MS = LONGEST_ADMIT_MS + LONGEST_RUN_MS;
/** Users come and go. Beyond this many pools, all are forgotten. Running requests keep their own slices. */
const MOST_POOLS = 5_000;
/** A slice of fewer requests is used up before the next one could arrive. */
const LEAST_TO_REFILL = 8;
/** The next slice is due once this share of the requests or the time is left. Much sooner, and its own time would pass unused. */
const REFILL_AT_REQUESTS = 1 / 4;
const REFILL_AT_TIME = 1 / 8;
/**
 * Most slices that admit at the same time, so that an isolate holds little unused, whatever the sizes of its requests. To make
 * room for the next, a slice without room is given up if nothing runs in it. *Without:* each slice whose money is used up is in
 * the way until its time is over.
 */
const MOST_OPEN = 4;

/** The pool of these scopes, made at first use. */
export function poolOf(pools: Pools, tenant: string, scopes: readonly ScopeAsk[], now: number): Pool {
  const { byName, byScopes } = pools;
  const same = byScopes.get(scopes);
  if (same?.tenant.name === tenant) return same;
  let name = tenant;
  for (const { scope } of scopes) name += `\n${scope}`;
  let pool = byName.get(name);
  if (pool === undefined) {
    if (byName.size >= MOST_POOLS) {
      byName.clear();
      pools.tenants.clear();
      pools.byScopes = new WeakMap();
    }
    pool = newPool(tenantPoolsOf(pools, tenant), now);
    byName.set(name, pool);
  }
  pools.byScopes.set(scopes, pool);
  return pool;
}

const newPool = (tenant: TenantPools, now: number): Pool => ({
  tenant,
  open: [],
  left: [],
  leftAt: now,
  shown: [],
  hasBudget: undefined,
  recent: newRecentStarts(now),
  mode: 'normal',
  askingUntil: 0,
  admitted: 0,
  admittedAtAsk: 0,
  admittedWhileAsking: 0,
  active: new UnderWay(LONGEST_REQUEST_MS),
});

function tenantPoolsOf({ tenants }: Pools, tenant: string): TenantPools {
  let known = tenants.get(tenant);
  if (known === undefined) {
    known = {
      name: tenant,
      askedAt: 0,
      closable: new Set(),
      refusals: new Map(),
      carrier: undefined,
      active: new UnderWay(LONGEST_REQUEST_MS),
    };
    tenants.set(tenant, known);
  }
  return known;
}

/** Called when the limits of a scope have changed, so that its next request asks the ledger. Running requests keep their own slices. */
export function forgetScope(pools: Pools, tenant: string, scope: Scope): void {
  const { byName, tenants } = pools;
  pools.byScopes = new WeakMap();
  tenants.get(tenant)?.refusals.delete(scope);
  for (const name of byName.keys()) {
    const [of, ...scopes] = name.split('\n');
    if (of === tenant && scopes.includes(scope)) byName.delete(name);
  }
}

/** Admits a request from memory, synchronously. Returns undefined if no slice has room for it. */
export function admitFrom(pool: Pool, want: Want, now: number): Share | undefined {
  for (const slice of pool.open) {
    const share = takeShare(slice, want, now);
    if (share === undefined) continue;
    if (want.requests > 0) noteAdmitted(pool, want, now);
    return share;
  }
  return undefined;
}

/** Counts an admitted request, whether a slice or the ledger admitted it. */
export function noteAdmitted(pool: Pool, want: Want, now: number): void {
  pool.admitted++;
  noteStart(pool.recent, want, pool.active.countAt(now), now);
}

/** Keeps what the ledger's reply says is left. */
export function learnLeft(pool: Pool, left: readonly Left[], now: number): void {
  pool.left = left;
  pool.leftAt = now;
  pool.shown = [tightest(left, 'rps'), tightest(left, 'tpm')].filter((one) => one !== undefined);
  pool.hasBudget = left.some(({ limit }) => limit === 'monthly' || limit === 'daily');
}

/** If the ledger does not answer, its last reply that no budget is set is trusted for this long. */
const KNOWN_FOR_MS = 60_000;

/** Whether a budget is set, by the last reply. A reply that names one counts however old it is. Undefined if this is unknown. */
export const knowsBudget = ({ hasBudget, leftAt }: Pool, now: number): boolean | undefined =>
  hasBudget === false && now - leftAt >= KNOWN_FOR_MS ? undefined : hasBudget;

/** The want that the ledger is likely to grant. */
export const likelyWant = ({ mode }: Pool, wants: readonly Want[]): Want | undefined =>
  wants.find((want) => want.mode === mode) ?? wants[0];

/** Learns in which mode requests are served now, from the reply to an ask that wanted normal mode, or would have wanted it. */
export function learnMode(pool: Pool, wants: readonly Want[], reply: GrantReply): void {
  if (reply.refused !== undefined) {
    if (reply.refused === 'safeguard_due') pool.mode = 'safeguard';
  } else if (reply.granted.requests > 0 && wants.some(({ mode }) => mode === 'normal')) pool.mode = reply.mode;
}

/** The slice to ask for, in preference to `one`. Undefined if only one should be asked for, or if another request asks for a slice. */
export function nextSlice(pool: Pool, one: Want, now: number): Want | undefined {
  const { left, leftAt, recent } = pool;
  if (now < pool.askingUntil) return undefined;
  pool.open = pool.open.filter((slice) => isAdmitting(slice, now));
  const isFull = pool.open.length >= MOST_OPEN;
  const givenUp = isFull ? pool.open.find((slice) => isQuiet(slice) && !hasRoom(slice, one)) : undefined;
  if (isFull && givenUp === undefined) return undefined;
  const age = { ageMs: now - leftAt, admitForMs: recent.windowMs };
  const many = sliceWant(one, {
    left,
    ...age,
    started: recentStarts(recent, now),
    inHand: unusedAmount(pool.open, now),
  });
  if (many === undefined || givenUp === undefined) return many;
  givenUp.isEnding = true;
  pool.tenant.closable.add(givenUp);
  return many;
}

/**
 * Whether to ask for the next slice while some of this one is left. It is due when a quarter of its requests is left, or twice
 * what is used during an ask, or an eighth of its time.
 */
export function isRefillDue(pool: Pool, slice: Slice, now: number): boolean {
  const { granted, startBefore, requestsLeft } = slice;
  if (now < pool.askingUntil || granted.requests < LEAST_TO_REFILL) return false;
  const left = unusedAmount(pool.open, now).requests;
  const isEnding = left === requestsLeft && startBefore - now <= pool.recent.windowMs * REFILL_AT_TIME;
  return isEnding || left <= Math.max(granted.requests * REFILL_AT_REQUESTS, 2 * pool.admittedWhileAsking);
}

/** Notes that a request asks for a slice. Until `until`, no other does. */
export function beginAsking(pool: Pool, until: number): void {
  pool.askingUntil = until;
  pool.admittedAtAsk = pool.admitted;
}

/** Notes that the ask is over. Another slice may be asked for from `againFrom` on. */
export function endAsking(pool: Pool, againFrom = 0): void {
  pool.askingUntil = againFrom;
  pool.admittedWhileAsking = pool.admitted - pool.admittedAtAsk;
}

/** Puts a slice that was granted into the pool. */
export function enterSlice(pool: Pool, leaseId: string, grant: Granted, now: number): Slice {
  const slice = beginSlice(leaseId, grant, now);
  slice.isPooled = true;
  learnWindow(pool.recent, grant, now);
  pool.open = [...pool.open.filter((other) => isAdmitting(other, now)), slice];
  return slice;
}

/** For `x-ratelimit-*` headers: what was left when the ledger last answered, plus what this isolate still holds of it. */
export function leftBeside(pool: Pool, now: number): Left[] {
  const { shown, leftAt } = pool;
  if (shown.length === 0) return [];
  const { requests, tokens } = unusedAmount(pool.open, now);
  return shown.map((one) => ({
    ...one,
    remaining: Math.min(one.cap, one.remaining + (one.limit === 'rps' ? requests : tokens)),
    resetMs: Math.max(0, one.resetMs - (now - leftAt)),
  }));
}
