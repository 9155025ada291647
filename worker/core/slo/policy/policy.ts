/** What the router does by itself when a promise burns: rules, as resolved from config, and the orders that they give. */

/** One rule of config's `slo.policy`. */
export interface PolicyRule {
  /** Names it in overrides (`policy:NAME`), incidents and the audit. */
  name: string;
  /** An objective's name; null: every one. */
  objective: string | null;
  /** Only objectives with this promise; null: any. */
  sli: PolicySli | null;
  on: PolicyTrigger;
  does: readonly PolicyAction[];
}

/** What an objective of a rule may promise: anything but a composite. */
export type PolicySli = 'success' | 'ttft' | 'latency' | 'cost' | 'valid' | 'quality' | 'external';

/** `burn>2x/1h`, `month>50%@15`, `budget<20%`. */
export type PolicyTrigger =
  | { kind: 'burn'; above: number; windowMs: number }
  /** More than this share of the month's error budget is spent by the end of this day. */
  | { kind: 'month'; abovePercent: number; byDay: number }
  /** Less than this share of the window's error budget is left. */
  | { kind: 'budget'; belowPercent: number };

/** What may be done. */
export type PolicyAction = 'incident' | 'pin' | 'safeguard' | 'freeze';

/** An override that a policy sets or clears; carried out until the board has taken it. */
export type PolicyOrder = (
  | { do: 'pin'; alias: string; deployment: string; until: number; reason: string }
  | { do: 'safeguard'; feature: string; until: number; reason: string }
  | { do: 'freeze'; until: number; reason: string }
  /** `name`: an alias, a feature, or `*` of a freeze. */
  | { do: 'undo'; of: 'pin' | 'safeguard' | 'freeze'; name: string }
) & {
  /** `policy:NAME`. */
  who: string;
  /** When it was decided. */
  at: number;
};
