/** What a policy remembers between two looks. Plain JSON. */

/** The rules that hold, and the overrides that they have set. */
export interface PolicyState {
  /** Rules that hold for an objective, by `RULE/OBJECTIVE`. */
  active: Readonly<Record<string, Activation>>;
  /** Overrides that policies have set and that are not known to have ended. `overrideKey` makes the keys. */
  set: Readonly<Record<string, PolicyOverride>>;
  /** When a policy last pinned each alias, epoch milliseconds. */
  pinnedAt: Readonly<Record<string, number>>;
}

/**
 * A rule that holds for an objective. It begins with the first look that finds it, and ends when it no longer holds and the budget
 * no longer burns.
 */
export interface Activation {
  rule: string;
  objective: string;
  since: number;
  /** What was seen when it began. */
  why: string;
  /**
   * True once nothing has burnt for half an hour. A freeze then stays, because it lasts as long as the rule holds. Everything else
   * is undone.
   */
  isCalm: boolean;
  /** The incident that is open for it. Null if there is none. */
  incident: string | null;
  /** Overrides that a person has ended. The rule does not set them again. */
  released: readonly string[];
  /** For each override that was not set, the reason that was reported last. */
  skipped: Readonly<Record<string, string>>;
}

/** An override of a policy. */
export interface PolicyOverride {
  /** `policy:RULE`. */
  who: string;
  /** The objective for which it was set. */
  objective: string;
  until: number;
}

/** Kinds of overrides that policies set. */
export type PolicyOverrideKind = 'pin' | 'safeguard' | 'freeze';

/** The state before any rule has held. */
export const NO_ACTIVE_POLICIES: PolicyState = { active: {}, set: {}, pinnedAt: {} };

/** A key of `PolicyState.set`. */
export const overrideKey = (kind: PolicyOverrideKind, name: string): string => `${kind}/${name}`;

/** The kind and the name of a key. */
export function overrideKeyParts(key: string): [kind: PolicyOverrideKind, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash) as PolicyOverrideKind, key.slice(slash + 1)];
}

/** The name under which a rule acts. */
export const policyName = (rule: string): string => `policy:${rule}`;

/** The rule that acted under a name. */
export const ruleOf = (who: string): string => who.slice(policyName('').length);
