/** What of everything that is watched holds, and what was sent about it. */
import type { Notice, Severity } from '../../alerts/notice.ts';

/** A condition that has held for as long as its rule asks, and has not ended yet. */
export interface FiringAlert {
  /** What is watched, of what; its notices' `subject`. The same from the first time on, such as `burn/chat-success/1h` or `threshold/chat-success/5m`. */
  name: string;
  /** Alerts of one group end together, when no condition of theirs holds; those of an objective's burn rates are one. */
  group: string;
  type: 'slo.burning' | 'slo.threshold' | 'slo.no_data';
  severity: Severity;
  /** Null where no single objective is concerned. */
  objective: string | null;
  feature: string | null;
  tenant: string | null;
  /** When the condition began to hold, and when it was told; epoch milliseconds. */
  since: number;
  firedAt: number;
  /** Since when the condition has not held; null while it does. */
  quietSince: number | null;
  /** Now, of a burn alert; null of others. */
  burnRate: number | null;
  /** What held when it was told, as one sentence for an operator. */
  text: string;
  /** What will hold when it is over. */
  endText: string;
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
