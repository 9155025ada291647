/** What is watched, what of it holds, and what there is to tell of it. A pure step from one minute to the next. */
import type { Notice, Severity } from '../../alerts/notice.ts';

/** A condition that has held for as long as its rule asks, and has not ended yet. */
export interface FiringAlert {
  /** What is watched, of what; the same from the first time on, such as `burn/chat-success/1h` or `threshold/success/feature:chat`. */
  name: string;
  type: 'slo.burning' | 'slo.threshold' | 'slo.no_data';
  severity: Severity;
  /** Null where no single objective is concerned. */
  objective: string | null;
  feature: string | null;
  tenant: string | null;
  /** When the condition began to hold, and when it was told; epoch milliseconds. */
  since: number;
  firedAt: number;
  /** Now, of a burn alert; null of others. */
  burnRate: number | null;
  /** What holds, as one sentence for an operator. */
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
