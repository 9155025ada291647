/** The state of everything that is watched, and what was sent about it. */
import type { Notice, Severity } from '../../alerts/notice.ts';

/** A condition that has held for as long as its rule asks, and has not ended yet. */
export interface FiringAlert {
  /**
   * What is watched, and for which promise; the `subject` of its notices. It stays the same, such as `burn/chat-success/1h` or
   * `threshold/chat-success/5m`.
   */
  name: string;
  /** Alerts of one group end together, when none of their conditions holds. The burn rates of an objective are one group. */
  group: string;
  type: 'slo.burning' | 'slo.threshold' | 'slo.no_data';
  severity: Severity;
  /** Null if no single objective is concerned. */
  objective: string | null;
  feature: string | null;
  tenant: string | null;
  /** When the condition began to hold, and when the alert was sent; epoch milliseconds. */
  since: number;
  firedAt: number;
  /** When the condition stopped holding; null while it holds. */
  quietSince: number | null;
  /** The current burn rate of a burn alert; null for other alerts. */
  burnRate: number | null;
  /** What was true when the alert was sent, in one sentence for an operator. */
  text: string;
  /** What will be true when it is over. */
  endText: string;
  runbook: string | null;
}

/** What the watch remembers between two minutes, by alert name. Plain JSON. */
export interface WatchState {
  /** When each condition began that does not yet hold for long enough. */
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
  /** When the next look is due even if nothing new comes; null: with the next record. */
  nextLookAt: number | null;
}
