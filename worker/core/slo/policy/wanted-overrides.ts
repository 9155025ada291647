/** Which overrides the active rules want, and why a wanted one is not set. */
import { inForce, type Override, type Overrides, WILDCARD } from '../../routing/overrides.ts';
import type { ActiveRule } from './activations.ts';
import { pinChoice } from './pin-guard.ts';
import type { PolicyAction, PolicyOrder } from './policy.ts';
import type { Counts } from './standing.ts';
import { overrideKey, type PolicyOverrideKind, type PolicyState, policyName } from './state.ts';
import { shortWindowMs } from './trigger.ts';

/** The parts of config and book that overrides depend on. */
export interface PolicyWorld {
  /** Each alias with the deployments that serve it now. */
  aliases: readonly { name: string; deployments: readonly { id: string }[] }[];
  features: readonly { name: string; alias: string; hasSafeguard: boolean }[];
  minErrors: number;
  /** A deployment's attempts of the last `windowMs`. */
  attempts(deployment: string, objective: ActiveRule['standing']['objective'], windowMs: number): Counts;
}

/** An override that a rule wants. */
export interface WantedOverride {
  key: string;
  kind: PolicyOverrideKind;
  /** An alias, a feature, or `*`. */
  name: string;
  acting: ActiveRule;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/**
 * How long an override lasts. Every override ends by itself, in case the book cannot be reached. While a rule holds, all overrides
 * but pins are renewed in time.
 */
const LASTS_MS: Readonly<Record<PolicyOverrideKind, number>> = {
  pin: 30 * MINUTE_MS,
  safeguard: 2 * HOUR_MS,
  freeze: 24 * HOUR_MS,
};
/** The shortest time between two pins of an alias. */
export const PIN_AGAIN_MS = 2 * HOUR_MS;

/** When an override that is set now ends. */
export const overrideEnd = (kind: PolicyOverrideKind, now: number): number => now + LASTS_MS[kind];

/** When to renew an override; never for a pin. */
export const renewAt = (kind: PolicyOverrideKind, until: number): number =>
  kind === 'pin' ? Number.POSITIVE_INFINITY : until - LASTS_MS[kind] / 2;

/** The overrides that these rules want. */
export function wantedOverrides(acting: readonly ActiveRule[], world: PolicyWorld): WantedOverride[] {
  return acting.flatMap((one) => {
    const { rule, activation } = one;
    const of = (kind: PolicyOverrideKind & PolicyAction, names: readonly string[]): WantedOverride[] =>
      rule.does.includes(kind) ? names.map((name) => ({ key: overrideKey(kind, name), kind, name, acting: one })) : [];
    const freeze = of('freeze', [WILDCARD]);
    if (activation.isCalm) return freeze;
    const { objective } = one.standing;
    return [
      ...of('pin', aliasesOf(objective, world.features)),
      ...of('safeguard', featuresOf(objective, world.features)),
      ...freeze,
    ];
  });
}

type About = Pick<ActiveRule['standing']['objective'], 'feature' | 'sli'>;

const concerned = ({ feature }: About, features: PolicyWorld['features']) =>
  features.filter(({ name }) => feature === null || feature === name);

/** Promises that attempts keep or break. */
export const ATTEMPT_SLI_KINDS: ReadonlySet<string> = new Set(['success', 'ttft', 'latency', 'all']);

/** The aliases that a pin for this objective would concern. */
export const aliasesOf = (objective: About, features: PolicyWorld['features']): string[] =>
  ATTEMPT_SLI_KINDS.has(objective.sli.kind)
    ? [...new Set(concerned(objective, features).map(({ alias }) => alias))]
    : [];

/**
 * The features that a safeguard for this objective would concern. If the objective is about a single feature, that feature is
 * always included, so that a missing safeguard is reported.
 */
export const featuresOf = (objective: About, features: PolicyWorld['features']): string[] =>
  concerned(objective, features)
    .filter(({ hasSafeguard }) => hasSafeguard || objective.feature !== null)
    .map(({ name }) => name);

/** The order for a wanted override that is not set, or why there is none. `skip` names the reason, so that it is reported once. */
export type OverrideDecision =
  | { do: 'order'; order: PolicyOrder; text: string }
  /** The board says that a policy has set it already. */
  | { do: 'adopt'; known: Override }
  | { do: 'skip'; skip: string; text: string };

/** Decides about one wanted override. Pure. */
export function decideOverride(
  { kind, name, acting }: WantedOverride,
  world: PolicyWorld,
  overrides: Overrides,
  pinnedAt: PolicyState['pinnedAt'],
  now: number,
): OverrideDecision {
  const { rule, standing, activation } = acting;
  const known = overrideOf(overrides, kind, name, now);
  if (known?.who.startsWith('policy:')) return { do: 'adopt', known };
  if (known !== undefined)
    return { do: 'skip', skip: 'by hand', text: `${OVERRIDE_SUBJECT[kind](name)} was set by ${known.who} already.` };
  const order = { until: overrideEnd(kind, now), reason: activation.why, who: policyName(rule.name), at: now };
  if (kind === 'freeze') return { do: 'order', order: { ...order, do: kind }, text: 'Promotions were frozen.' };
  if (kind === 'safeguard') {
    const has = world.features.find((feature) => feature.name === name)?.hasSafeguard;
    if (!has) return { do: 'skip', skip: 'none', text: `${name} has no safeguard.` };
    return { do: 'order', order: { ...order, do: kind, feature: name }, text: `${name} is served by its safeguard.` };
  }
  const bypass = inForce(overrides.bypass, name, now) ?? inForce(overrides.bypass, WILDCARD, now);
  if (bypass !== undefined)
    return { do: 'skip', skip: 'bypass', text: `${name} was not pinned: ${bypass.who} has set a bypass.` };
  const last = pinnedAt[name];
  if (last !== undefined && now - last < PIN_AGAIN_MS)
    return { do: 'skip', skip: 'recent', text: `${name} was not pinned: it was pinned less than two hours ago.` };
  const windowMs = rule.on.kind === 'burn' ? rule.on.windowMs : HOUR_MS;
  const { target } = standing.objective;
  const choice = pinChoice({
    ...{ alias: name, target, minErrors: world.minErrors },
    deployments: (world.aliases.find((alias) => alias.name === name)?.deployments ?? []).map(({ id }) => ({
      id,
      attempts: world.attempts(id, standing.objective, windowMs),
      lately: world.attempts(id, standing.objective, shortWindowMs(windowMs)),
    })),
  });
  if (choice.do === 'skip') return choice;
  const { pin, culprit, share } = choice;
  const text = `${name} was pinned to ${pin} for 30 minutes: ${culprit} made ${Math.round(share * 100)} % of its bad attempts.`;
  return { do: 'order', order: { ...order, do: kind, alias: name, deployment: pin }, text };
}

/** The override of this kind and name that is in force. */
export function overrideOf(
  overrides: Overrides,
  kind: PolicyOverrideKind,
  name: string,
  now: number,
): Override | undefined {
  const entries = { pin: overrides.pins, safeguard: overrides.safeguards, freeze: overrides.frozen }[kind];
  return inForce<Override>(entries, name, now);
}

/** An override as the subject of a sentence. */
export const OVERRIDE_SUBJECT: Readonly<Record<PolicyOverrideKind, (name: string) => string>> = {
  pin: (name) => `The pin of ${name}`,
  safeguard: (name) => `The safeguard of ${name}`,
  freeze: () => 'The freeze',
};
