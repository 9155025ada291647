/** How large a slice may be (ledger rule 28). It follows what this isolate started lately, and is small beside what is left for all. */
import type { Granted, Left, Want } from '../messages.ts';
import { LONGEST_ADMIT_MS } from '../protocol.ts';
import type { Amount, Spent } from '../types.ts';

/** Most requests of a slice, however busy its isolate is. A dead isolate must not block more. */
const MOST_SLICE_REQUESTS = 64;
/**
 * A slice may take at most this share of a scope's remaining money, tokens and burst, counting what this isolate already
 * holds for the same scopes. So at the end of a budget requests ask one by one.
 */
const LARGEST_SHARE = 1 / 8;
/** A slice may also take at most this share of what is left of the burst, and of the slots. */
const LARGEST_SHARE_OF_PACE = 1 / 4;

/** A slice has room for this many more requests at once than were at work lately. A request that finds no room asks the ledger. */
const SPARE = 1;

/**
 * All slices of a tenant, in all isolates, may hold at most this share of what nothing else has taken of a limit. The ledger
 * enforces this, because an isolate has a pool for each user and knows of no other isolate.
 */
export const LARGEST_SHARE_OF_ALL = 2 / 3;

/** Requests that were started, and the sum of their worst cases. */
export interface StartedRequests {
  requests: number;
  microUsd: number;
  tokens: number;
  /** The most requests that were at work at once. */
  atOnce: number;
  /** What the requests that ended meanwhile cost. */
  spent: Spent;
}

/** A running estimate of what was started within the last `windowMs`: this window, and the part of the last one that still counts. */
export interface RecentStarts {
  /** How long the last slice was allowed to admit. It is forgotten after a while, because rates may be raised. */
  windowMs: number;
  windowUntil: number;
  since: number;
  current: StartedRequests;
  previous: StartedRequests;
}

/** The estimate before anything was started. */
export const newRecentStarts = (now: number): RecentStarts => ({
  windowMs: LONGEST_ADMIT_MS,
  windowUntil: now,
  since: now,
  current: nothing(),
  previous: nothing(),
});

const nothing = (): StartedRequests => ({
  requests: 0,
  microUsd: 0,
  tokens: 0,
  atOnce: 0,
  spent: { microUsd: 0, tokens: 0 },
});

const WINDOW_KNOWN_MS = 60_000;

/** Learns how long the rates allow a slice to admit. A slice that was cut at the end of its minute says nothing about the next one. */
export function learnWindow(recent: RecentStarts, { admitForMs, left }: Granted, now: number): void {
  if (left.some(({ limit, resetMs }) => limit === 'tpm' && resetMs <= admitForMs)) return;
  recent.windowMs = admitForMs;
  recent.windowUntil = now + WINDOW_KNOWN_MS;
}

/** Counts a request that starts while `atOnce` requests are at work. */
export function noteStart(recent: RecentStarts, { microUsd, tokens }: Want, atOnce: number, now: number): void {
  turn(recent, now);
  recent.current.requests++;
  recent.current.microUsd += microUsd;
  recent.current.tokens += tokens;
  if (atOnce > recent.current.atOnce) recent.current.atOnce = atOnce;
}

/** Counts what a request cost. */
export function noteSpent({ current: { spent } }: RecentStarts, { microUsd, tokens }: Spent): void {
  spent.microUsd += microUsd;
  spent.tokens += tokens;
}

/** What was started within the last window. */
export function recentStarts(recent: RecentStarts, now: number): StartedRequests {
  turn(recent, now);
  const { current, previous, since, windowMs } = recent;
  const rest = 1 - Math.min(1, Math.max(0, now - since) / windowMs);
  return {
    requests: current.requests + previous.requests * rest,
    microUsd: current.microUsd + previous.microUsd * rest,
    tokens: current.tokens + previous.tokens * rest,
    atOnce: Math.max(current.atOnce, previous.atOnce),
    spent: {
      microUsd: current.spent.microUsd + previous.spent.microUsd * rest,
      tokens: current.spent.tokens + previous.spent.tokens * rest,
    },
  };
}

function turn(recent: RecentStarts, now: number): void {
  if (now >= recent.windowUntil) recent.windowMs = LONGEST_ADMIT_MS;
  const { since, windowMs, current } = recent;
  if (now - since < windowMs) return;
  const isNext = now - since < 2 * windowMs;
  recent.previous = isNext ? current : nothing();
  recent.current = nothing();
  recent.since = isNext ? since + windowMs : now;
}

/** What the size of a slice depends on. */
export interface Headroom {
  /** What the last reply said is left, and how long ago that was. */
  left: readonly Left[];
  ageMs: number;
  /** What was started within the time for which a slice may admit. */
  started: StartedRequests;
  admitForMs: number;
  /** What this isolate holds unused in other slices. */
  inHand: Amount;
}

/** A slice for requests like `one`. Undefined if it would hold fewer than two. */
export function sliceWant(one: Want, { left, ageMs, started, admitForMs, inHand }: Headroom): Want | undefined {
  let requests = started.requests;
  let money = Number.POSITIVE_INFINITY;
  let tokens = Number.POSITIVE_INFINITY;
  let slots = Number.POSITIVE_INFINITY;
  for (const { limit, cap, remaining, resetMs } of left) {
    const isAnew = ageMs >= resetMs;
    const rest = isAnew ? cap : remaining;
    if (limit === 'rps') {
      // Unused rate is lost to everyone, so requests ask one by one near the limit.
      const most = Math.min(cap * LARGEST_SHARE, rest * LARGEST_SHARE_OF_PACE);
      requests = Math.min(requests, started.requests - inHand.requests, most);
    } else if (limit === 'parallel') {
      slots = Math.min(slots, remaining * LARGEST_SHARE_OF_PACE - inHand.parallel);
    } else if (limit === 'tpm') {
      tokens = Math.min(tokens, rest * LARGEST_SHARE - inHand.tokens);
      // The slice stops admitting at the end of the minute.
      if (!isAnew) requests = Math.min(requests, (started.requests * (resetMs - ageMs)) / admitForMs);
    } else {
      money = Math.min(money, rest * LARGEST_SHARE - inHand.microUsd);
    }
  }
  const many = Math.floor(Math.min(requests, MOST_SLICE_REQUESTS));
  if (many < 2 || slots < 2 || money < 2 * one.microUsd || tokens < 2 * one.tokens) return undefined;
  const { spent } = started;
  const atOnce = Math.min(many, started.atOnce + SPARE);
  // Worst cases for the requests at work at once, and actual costs for the others. By then the rest of their worst cases has come back.
  const need = (least: number, worst: number, cost: number): number =>
    Math.ceil(Math.max(2 * least, Math.min(worst * many, worst * atOnce + cost * many) / started.requests));
  // The fields are in the order in which a single request names them, so that all wants have one shape (`protocol/kept-shapes.ts`).
  return {
    mode: one.mode,
    microUsd: Math.floor(Math.min(money, need(one.microUsd, started.microUsd, spent.microUsd))),
    tokens: Math.floor(Math.min(tokens, need(one.tokens, started.tokens, spent.tokens))),
    requests: many,
    parallel: Math.floor(Math.min(atOnce, slots)),
  };
}
