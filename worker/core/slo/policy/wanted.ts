/** Which overrides the rules that hold want, and why one that is wanted is not set. */
import { ALL, inForce, type Override, type Overrides } from '../../routing/overrides.ts';
import type { Acting } from './activations.ts';
import { pinChoice } from './pin-guard.ts';
import type { PolicyAction, PolicyOrder } from './policy.ts';
import type { Counts } from './standing.ts';
import { overrideKey, type PolicyState, policyName, type SetKind } from './state.ts';
import { shortOf } from './trigger.ts';

/** What of config and book an override depends on. */
export interface PolicyWorld {
  /** With the deployments that serve them now. */
  aliases: readonly { name: string; deployments: readonly { id: string }[] }[];
  features: readonly { name: string; alias: string; hasSafeguard: boolean }[];
  minErrors: number;
  /** Over the last `windowMs`. */
  attempts(deployment: string, objective: Acting['standing']['objective'], windowMs: number): Counts;
}

/** An override that a rule wants. */
export interface Wanted {
  key: string;
  kind: SetKind;
  /** An alias, a feature, or `*`. */
  name: string;
  acting: Acting;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** An override ends by itself, if the book should be out of reach; while a rule holds, all but a pin are set again in time. */
const LASTS_MS: Readonly<Record<SetKind, number>> = {
  pin: 30 * MINUTE_MS,
  safeguard: 2 * HOUR_MS,
  freeze: 24 * HOUR_MS,
};
/** From one pin of an alias to the next. */
export const PIN_AGAIN_MS = 2 * HOUR_MS;

/** When an override that is set now ends. */
export const endOf = (kind: SetKind, now: number): number => now + LASTS_MS[kind];

/** When it is time to set one again; never for a pin. */
export const renewAt = (kind: SetKind, until: number): number =>
  kind === 'pin' ? Number.POSITIVE_INFINITY : until - LASTS_MS[kind] / 2;

/** What these rules want. */
export function wantedOf(acting: readonly Acting[], world: PolicyWorld): Wanted[] {
  return acting.flatMap((one) => {
    const { rule, activation } = one;
    const of = (kind: SetKind & PolicyAction, names: readonly string[]): Wanted[] =>
      rule.does.includes(kind) ? names.map((name) => ({ key: overrideKey(kind, name), kind, name, acting: one })) : [];
    const freeze = of('freeze', [ALL]);
    if (activation.isCalm) return freeze;
    const { objective } = one.standing;
    return [
      ...of('pin', aliasesOf(objective, world.features)),
      ...of('safeguard', featuresOf(objective, world.features)),
      ...freeze,
    ];
  });
}

type About = Pick<Acting['standing']['objective'], 'feature' | 'sli'>;

const concerned = ({ feature }: About, features: PolicyWorld['features']) =>
  features.filter(({ name }) => feature === null || feature === name);

/** Promises that are kept or broken by attempts. */
export const OF_ATTEMPTS: ReadonlySet<string> = new Set(['success', 'ttft', 'latency', 'all']);

/** The aliases that a pin for an objective would be of. */
export const aliasesOf = (objective: About, features: PolicyWorld['features']): string[] =>
  OF_ATTEMPTS.has(objective.sli.kind) ? [...new Set(concerned(objective, features).map(({ alias }) => alias))] : [];

/** Where an objective is about one feature, that feature stays in the list, so that a missing safeguard is reported. */
export const featuresOf = (objective: About, features: PolicyWorld['features']): string[] =>
  concerned(objective, features)
    .filter(({ hasSafeguard }) => hasSafeguard || objective.feature !== null)
    .map(({ name }) => name);

/** What to order for a wanted override that is not set; or why not. `skip` names the reason, so that it is reported once. */
export type SetDecision =
  | { do: 'order'; order: PolicyOrder; text: string }
  /** A policy has set it already, by what the board says. */
  | { do: 'adopt'; known: Override }
  | { do: 'skip'; skip: string; text: string };

/** Pure. */
export function decideSet(
  { kind, name, acting }: Wanted,
  world: PolicyWorld,
  overrides: Overrides,
  pinnedAt: PolicyState['pinnedAt'],
  now: number,
): SetDecision {
  const { rule, standing, activation } = acting;
  const known = overrideOf(overrides, kind, name, now);
  if (known?.who.startsWith('policy:')) return { do: 'adopt', known };
  if (known !== undefined)
    return { do: 'skip', skip: 'by hand', text: `${WHAT[kind](name)} was set by ${known.who} already.` };
  const order = { until: endOf(kind, now), reason: activation.why, who: policyName(rule.name), at: now };
  if (kind === 'freeze') return { do: 'order', order: { ...order, do: kind }, text: 'Promotions were frozen.' };
  if (kind === 'safeguard') {
    const has = world.features.find((feature) => feature.name === name)?.hasSafeguard;
    if (!has) return { do: 'skip', skip: 'none', text: `${name} has no safeguard.` };
    return { do: 'order', order: { ...order, do: kind, feature: name }, text: `${name} is served by its safeguard.` };
  }
  const bypass = inForce(overrides.bypass, name, now) ?? inForce(overrides.bypass, ALL, now);
  if (bypass !== undefined)
    return { do: 'skip', skip: 'bypass', text: `${name} was not pinned: ${bypass.who} has set a bypass.` };
  const last = pinnedAt[name];
  if (last !== undefined && now - last < PIN_AGAIN_MS)
    return { do: 'skip', skip: 'recent', text: `${name} was not pinned: it was, less than two hours ago.` };
  const windowMs = rule.on.kind === 'burn' ? rule.on.windowMs : HOUR_MS;
  const { target } = standing.objective;
  const choice = pinChoice({
    ...{ alias: name, target, minErrors: world.minErrors },
    deployments: (world.aliases.find((alias) => alias.name === name)?.deployments ?? []).map(({ id }) => ({
      id,
      attempts: world.attempts(id, standing.objective, windowMs),
      lately: world.attempts(id, standing.objective, shortOf(windowMs)),
    })),
  });
  if (choice.do === 'skip') return choice;
  const { pin, culprit, share } = choice;
  const text = `${name} was pinned to ${pin} for 30 minutes: ${culprit} made ${Math.round(share * 100)} % of its bad attempts.`;
  return { do: 'order', order: { ...order, do: kind, alias: name, deployment: pin }, text };
}

/** The one in force. */
export function overrideOf(overrides: Overrides, kind: SetKind, name: string, now: number): Override | undefined {
  const entries = { pin: overrides.pins, safeguard: overrides.safeguards, freeze: overrides.frozen }[kind];
  return inForce<Override>(entries, name, now);
}

/** An override in a sentence. */
export const WHAT: Readonly<Record<SetKind, (name: string) => string>> = {
  pin: (name) => `The pin of ${name}`,
  safeguard: (name) => `The safeguard of ${name}`,
  freeze: () => 'The freeze',
};
