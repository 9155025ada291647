/** What a policy remembers between two looks. Plain JSON. */

/** By rule and objective; overrides by kind and name. */
export interface PolicyState {
  /** Rules that hold of an objective, by `RULE/OBJECTIVE`. */
  active: Readonly<Record<string, Activation>>;
  /** Overrides that policies have set and that are not known to have ended, by `overrideKey`. */
  set: Readonly<Record<string, SetByPolicy>>;
  /** When an alias was last pinned by a policy, epoch milliseconds. */
  pinnedAt: Readonly<Record<string, number>>;
}

/** A rule that holds of an objective: from its first look until it neither holds nor the budget burns. */
export interface Activation {
  rule: string;
  objective: string;
  since: number;
  /** What was seen when it began. */
  why: string;
  /** It has not burnt for half an hour. What is left is what lasts as long as the rule holds: a freeze. */
  isCalm: boolean;
  /** The one that is open for it; null: none. */
  incident: string | null;
  /** Overrides that somebody ended by hand: it does not set them again. */
  released: readonly string[];
  /** Why an override was not set, as it was last told. */
  skipped: Readonly<Record<string, string>>;
}

/** An override of a policy. */
export interface SetByPolicy {
  /** `policy:RULE`. */
  who: string;
  /** For which it was set. */
  objective: string;
  until: number;
}

/** Kinds of overrides that policies set. */
export type SetKind = 'pin' | 'safeguard' | 'freeze';

/** Nothing has happened. */
export const NO_POLICY_ACTS: PolicyState = { active: {}, set: {}, pinnedAt: {} };

/** A key of `PolicyState.set`. */
export const overrideKey = (kind: SetKind, name: string): string => `${kind}/${name}`;

/** The kind and the name of a key. */
export function keyParts(key: string): [kind: SetKind, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash) as SetKind, key.slice(slash + 1)];
}

/** The name under which a rule acts. */
export const policyName = (rule: string): string => `policy:${rule}`;

/** The rule that acted under a name. */
export const ruleOf = (who: string): string => who.slice(policyName('').length);
