/** What is watched, what of it holds, and what there is to tell of it. A pure step from one minute to the next. */
import type { Notice, Severity } from '../../alerts/notice.ts';
import { burnConditions } from './burn-conditions.ts';
import type { Watched } from './condition.ts';
import { stepOf } from './step.ts';

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];

/** A condition that has held for as long as its rule asks, and has not ended yet. */
export interface FiringAlert {
  /** What is watched, of what; the same from the first time on, such as `burn/chat-success/1h` or `threshold/chat-success/5m`. */
  name: string;
  /** That of its notices. */
  subject: string;
  /** Alerts of one group end together, when no condition of theirs holds; those of an objective's burn rates are one. */
  group: string;
  type: 'slo.burning' | 'slo.threshold' | 'slo.no_data';
  severity: Severity;
  /** Null where no single objective is concerned. */
  objective: string | null;
  feature: string | null;
  tenant: string | null;
  /** What is not well, such as `Success of chat`: the beginning of a sentence. */
  what: string;
  /** When the condition began to hold, and when it was told; epoch milliseconds. */
  since: number;
  firedAt: number;
  /** Since when the condition has not held; null while it does. */
  quietSince: number | null;
  /** Now, of a burn alert; null of others. */
  burnRate: number | null;
  /** What held when it was told, as one sentence for an operator. */
  text: string;
  runbook: string | null;
}

/** What the watch remembers between two minutes, by alert name. Plain JSON. */
export interface WatchState {
  /** Conditions that hold, but not yet for long enough: since when. */
  pending: Readonly<Record<string, number>>;
  firing: Readonly<Record<string, FiringAlert>>;
}

/** Nothing holds. */
export const NOTHING_WATCHED: WatchState = { pending: {}, firing: {} };

/** A step of the watch. */
export interface WatchStep {
  state: WatchState;
  /** To send, in this order. */
  notices: Notice[];
  /** When the next look is due although nothing new may have come; null: with the next record. */
  nextLookAt: number | null;
}

/** One look at everything that is watched; `now`: epoch milliseconds of the book's clock. */
export function watch(before: WatchState, watched: Watched, now: number): WatchStep {
  const conditions = burnConditions(watched, now);
  const { state, notices } = stepOf(before, conditions, now);
  return { state, notices, nextLookAt: nextLookAt(state, watched, now) };
}

function nextLookAt({ pending, firing }: WatchState, { book }: Watched, now: number): number | null {
  const isChanging = Object.keys(pending).length > 0 || Object.keys(firing).length > 0;
  const lastAt = book.seriesOf(null, null)?.lastAt ?? Number.NEGATIVE_INFINITY;
  return isChanging || lastAt > now - HOUR_MS ? now + MINUTE_MS : null;
}
