/**
 * What one isolate holds for one tuple of scopes (ledger rule 22), so that a revoked key or a spent user ends with it: its slices,
 * and what it needs to take the next one in time. Plain data, kept between requests: I/O of one cannot be used by another.
 */
import { tightest } from '../book/left.ts';
import type { Granted, GrantReply, Left, Report, ScopeAsk, Want } from '../messages.ts';
import { MOST_REPORTS } from '../protocol.ts';
import type { Amount, Mode, Scope } from '../types.ts';
import {
  beginSlice,
  isAdmitting,
  isClosable,
  isQuiet,
  reportOf,
  type Share,
  type Slice,
  takeShare,
  unusedMicroUsd,
  unusedSlots,
  unusedTokens,
} from './slice.ts';
import { type Lately, learnWindow, newLately, noteStart, sliceWant, startedLately } from './slice-size.ts';

export interface Pool {
  readonly tenant: TenantSlices;
  /** Those that may admit, oldest first. */
  open: Slice[];
  /** Of the ledger's last reply. */
  left: readonly Left[];
  leftAt: number;
  /** The rate and token limits of it that are nearest to their ends. */
  shown: readonly Left[];
  lately: Lately;
  /** What who may be served in either mode was granted last: slices of that one are asked for, and taken of. */
  mode: Mode;
  /** Somebody asks for a slice; after this time he counts as gone. */
  askingUntil: number;
  /** Requests admitted in all; when the last ask for a slice began; and while it was under way. */
  admitted: number;
  admittedAtAsk: number;
  admittedWhileAsking: number;
}

/** What the tuples of a tenant share: any ask of its ledger takes the closes of all along. */
export interface TenantSlices {
  askedAt: number;
  /** Nothing runs in them and nothing may begin, and the ledger does not know. */
  readonly closable: Set<Slice>;
}

export interface Pools {
  readonly byName: Map<string, Pool>;
  readonly tenants: Map<string, TenantSlices>;
}

export const newTuples = (): Pools => ({ byName: new Map(), tenants: new Map() });

/** Users come and go; beyond, all are forgotten: whoever runs keeps hold of his own slice. */
const MOST_TUPLES = 5_000;
/** A slice so small is used up before the next one could come. */
const LEAST_TO_REFILL = 8;
/** Of its requests, and of its time: much sooner, and the next one's time would pass unused. */
const REFILL_AT_REQUESTS = 1 / 4;
const REFILL_AT_TIME = 1 / 8;
/** What one isolate holds without using it stays small, whatever the sizes of its requests. */
const MOST_OPEN = 4;
/** What is left of a limit, in slices like this one: less, and what a slice does not use goes back at once. */
const SHORT = 16;

export function poolOf({ byName, tenants }: Pools, tenant: string, scopes: readonly ScopeAsk[], now: number): Pool {
  let name = tenant;
  for (const { scope } of scopes) name += `\n${scope}`;
  const known = byName.get(name);
  if (known !== undefined) return known;
  if (byName.size >= MOST_TUPLES) {
    byName.clear();
    tenants.clear();
  }
  const ofTenant = tenants.get(tenant) ?? { askedAt: 0, closable: new Set() };
  tenants.set(tenant, ofTenant);
  const tuple: Pool = {
    tenant: ofTenant,
    open: [],
    left: [],
    leftAt: now,
    shown: [],
    lately: newLately(now),
    mode: 'normal',
    askingUntil: 0,
    admitted: 0,
    admittedAtAsk: 0,
    admittedWhileAsking: 0,
  };
  byName.set(name, tuple);
  return tuple;
}

/** The limits of this scope have changed: its next request asks the ledger. Whatever runs keeps hold of its own slice. */
export function forgetScope({ byName }: Pools, tenant: string, scope: Scope): void {
  for (const name of byName.keys()) {
    const [of, ...scopes] = name.split('\n');
    if (of === tenant && scopes.includes(scope)) byName.delete(name);
  }
}

/** Admits from memory, at once; undefined: no slice has room for it. */
export function admitFrom(tuple: Pool, want: Want, now: number): Share | undefined {
  for (const slice of tuple.open) {
    const share = slice.mode === want.mode ? takeShare(slice, want, now) : undefined;
    if (share === undefined) continue;
    if (want.requests > 0) noteAdmitted(tuple, want, now);
    return share;
  }
  return undefined;
}

export function noteAdmitted(tuple: Pool, want: Want, now: number): void {
  tuple.admitted++;
  noteStart(tuple.lately, want, now);
}

/** What the ledger's reply says of the limits. */
export function learn(tuple: Pool, left: readonly Left[], now: number): void {
  tuple.left = left;
  tuple.leftAt = now;
  tuple.shown = [tightest(left, 'rps'), tightest(left, 'tpm')].filter((one) => one !== undefined);
}

/** Of what was wanted, best first, what the ledger is likely to grant. */
export const likelyOf = ({ mode }: Pool, wants: readonly Want[]): Want | undefined =>
  wants.find((want) => want.mode === mode) ?? wants[0];

/** In which mode requests are served now, where normal was wanted or would have been. */
export function learnMode(tuple: Pool, wants: readonly Want[], reply: GrantReply): void {
  if ('refused' in reply) {
    if (reply.refused === 'safeguard_due') tuple.mode = 'safeguard';
  } else if (reply.granted.requests > 0 && wants.some(({ mode }) => mode === 'normal')) tuple.mode = reply.mode;
}

/** The slice to ask for, before `one`; undefined: one request at a time is right, or somebody asks already. */
export function nextSlice(tuple: Pool, one: Want, now: number): Want | undefined {
  const { left, leftAt, lately } = tuple;
  if (now < tuple.askingUntil) return undefined;
  tuple.open = tuple.open.filter((slice) => isAdmitting(slice, now));
  if (tuple.open.length >= MOST_OPEN) return undefined;
  return sliceWant(one, {
    ...{ left, ageMs: now - leftAt, admitForMs: lately.windowMs },
    started: startedLately(lately, now),
    inHand: inHand(tuple, now),
  });
}

/** Whether the next slice is due while there is something left of this one: a quarter, or as much as goes while one asks. */
export function isRefillDue(tuple: Pool, slice: Slice, now: number): boolean {
  const { granted, startBefore, requestsLeft } = slice;
  if (now < tuple.askingUntil || granted.requests < LEAST_TO_REFILL) return false;
  const left = inHand(tuple, now).requests;
  const isEnding = left === requestsLeft && startBefore - now <= tuple.lately.windowMs * REFILL_AT_TIME;
  return isEnding || left <= Math.max(granted.requests * REFILL_AT_REQUESTS, 2 * tuple.admittedWhileAsking);
}

export function beginAsking(tuple: Pool, until: number): void {
  tuple.askingUntil = until;
  tuple.admittedAtAsk = tuple.admitted;
}

/** `againFrom`: when another slice may be asked for. */
export function endAsking(tuple: Pool, againFrom = 0): void {
  tuple.askingUntil = againFrom;
  tuple.admittedWhileAsking = tuple.admitted - tuple.admittedAtAsk;
}

export function enterSlice(tuple: Pool, leaseId: string, grant: Granted, now: number): Slice {
  const slice = beginSlice(leaseId, grant, now);
  learnWindow(tuple.lately, grant, now);
  tuple.open = [...tuple.open.filter((other) => isAdmitting(other, now)), slice];
  return slice;
}

/** A report under way, and the slice that it is of. */
export interface Telling {
  slice: Slice;
  report: Report;
  /** Made when nothing ran any more. */
  isLast: boolean;
}

/** Begins to tell of a slice; until `until` nobody else does. */
export function tellOf(slice: Slice, until: number): Telling {
  slice.toldUntil = until;
  return { slice, isLast: isQuiet(slice), report: reportOf(slice) };
}

/** Its close may travel from here on, if nothing runs in it any more and nothing may begin. */
export function noteClosable({ tenant }: Pool, slice: Slice, now: number): void {
  if (isClosable(slice, now)) tenant.closable.add(slice);
}

/** An ask begins: the closes that travel with it, of slices that nobody tells of. */
export function closesAlong({ tenant }: Pool, now: number, until: number): Telling[] {
  const tellings: Telling[] = [];
  tenant.askedAt = now;
  for (const slice of tenant.closable) {
    if (slice.isOver) tenant.closable.delete(slice);
    else if (now >= slice.toldUntil) tellings.push(tellOf(slice, until));
    if (tellings.length === MOST_REPORTS) break;
  }
  return tellings;
}

/** The ledger has it, or nobody knows. */
export function endTelling({ slice, isLast }: Telling, isTold: boolean): void {
  slice.toldUntil = 0;
  if (isTold && isLast) slice.isOver = true;
}

/** Little is left beside what this slice was granted: others may be waiting for it. */
export const isShort = ({ left }: Pool, { granted }: Slice): boolean =>
  left.some(({ limit, remaining }) => {
    if (limit === 'rps') return false;
    const own = limit === 'tpm' ? granted.tokens : limit === 'parallel' ? granted.parallel : granted.microUsd;
    return remaining < SHORT * own;
  });

/** Whether its tenant's ledger was asked within so long, and so may be again. */
export const isBusy = ({ tenant }: Pool, withinMs: number, now: number): boolean => now - tenant.askedAt < withinMs;

/** For `x-ratelimit-*`: what was left when the ledger last answered, and what this isolate still has of it. */
export function leftBeside(tuple: Pool, now: number): Left[] {
  const { shown, leftAt } = tuple;
  if (shown.length === 0) return [];
  const { requests, tokens } = inHand(tuple, now);
  return shown.map((one) => ({
    ...one,
    remaining: Math.min(one.cap, one.remaining + (one.limit === 'rps' ? requests : tokens)),
    resetMs: Math.max(0, one.resetMs - (now - leftAt)),
  }));
}

/** What it has without using it, in slices that still admit. */
function inHand({ open }: Pool, now: number): Amount {
  const all = { microUsd: 0, tokens: 0, requests: 0, parallel: 0 };
  for (const slice of open) {
    if (!isAdmitting(slice, now)) continue;
    all.requests += slice.requestsLeft;
    all.microUsd += unusedMicroUsd(slice);
    all.tokens += unusedTokens(slice);
    all.parallel += unusedSlots(slice);
  }
  return all;
}
