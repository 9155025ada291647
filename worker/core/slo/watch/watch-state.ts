/** The state of everything that is watched, and what was sent about it. */
import type { Notice, Severity } from '../../alerts/notice.ts';

/** A condition that has held for as long as its rule asks, and has not ended yet. */
export interface FiringAlert {
  /**
   * What is watched, and for which promise, such as `burn/chat-success/1h` or `threshold/chat-success/5m/page`. It stays the same,
   * and is the `subject` of the alert's notices.
   */
  name: string;
  /** Alerts of one group end together, when none of their conditions holds. The burn rates of an objective are one group. */
  group: string;
  type: 'slo.burning' | 'slo.threshold' | 'slo.no_data';
  severity: Severity;
  /** Null if the alert is not about a single objective. */
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
  /** What will be true when the alert is over. */
  endText: string;
  runbook: string | null;
}

/** What the watch remembers between two minutes, by alert name. Plain JSON. */
export interface WatchState {
  /** For each condition that has not held for long enough yet, when it began. */
  pending: Readonly<Record<string, number>>;
  firing: Readonly<Record<string, FiringAlert>>;
}

/** The state in which no condition holds. */
export const EMPTY_WATCH_STATE: WatchState = { pending: {}, firing: {} };

/** A step of the watch. */
export interface WatchStep {
  state: WatchState;
  /** The notices to send, in this order. */
  notices: Notice[];
  /** When the next look is due even if no record comes. Null if it can wait for the next record. */
  nextLookAt: number | null;
}
