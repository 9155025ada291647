/** What the router does by itself when a promise burns: rules, as resolved from config, and the orders that rules give. */

/** One rule of config's `slo.policy`. */
export interface PolicyRule {
  /** The rule's name in overrides (`policy:NAME`), incidents and the audit. */
  name: string;
  /** The objective that the rule is about. Null for every objective. */
  objective: string | null;
  /** The kind of promise that the rule is about. Null for any kind. */
  sli: PolicySli | null;
  on: PolicyTrigger;
  does: readonly PolicyAction[];
}

/** What an objective of a rule may promise: anything except a composite. */
export type PolicySli = 'success' | 'ttft' | 'latency' | 'cost' | 'valid' | 'quality' | 'external';

/** `burn>2x/1h`, `month>50%@15`, `budget<20%`. */
export type PolicyTrigger =
  | { kind: 'burn'; above: number; windowMs: number }
  /** More than this share of the month's error budget is spent by the end of this day. */
  | { kind: 'month'; abovePercent: number; byDay: number }
  /** Less than this share of the window's error budget is left. */
  | { kind: 'budget'; belowPercent: number };

/** What a rule may do. */
export type PolicyAction = 'incident' | 'pin' | 'safeguard' | 'freeze';

/** An order to set or undo an override. It is repeated until the board has carried it out. */
export type PolicyOrder = (
  | { do: 'pin'; alias: string; deployment: string; until: number; reason: string }
  | { do: 'safeguard'; feature: string; until: number; reason: string }
  | { do: 'freeze'; until: number; reason: string }
  /** `name` is an alias or a feature, or `*` for a freeze. */
  | { do: 'undo'; of: 'pin' | 'safeguard' | 'freeze'; name: string }
) & {
  /** `policy:NAME`. */
  who: string;
  /** When it was decided. */
  at: number;
};
