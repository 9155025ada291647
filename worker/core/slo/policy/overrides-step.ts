/** What a step does to the overrides of policies. It sets, renews or undoes them, and leaves alone what a person has ended. */
import type { Overrides } from '../../routing/overrides.ts';
import type { ActiveRule } from './activations.ts';
import type { PolicyOrder } from './policy.ts';
import { overrideKeyParts, type PolicyOverride, type PolicyState, policyName, ruleOf } from './state.ts';
import {
  decideOverride,
  OVERRIDE_SUBJECT,
  overrideEnd,
  overrideOf,
  PIN_AGAIN_MS,
  type PolicyWorld,
  renewAt,
  type WantedOverride,
  wantedOverrides,
} from './wanted-overrides.ts';

/** The changes of one step. */
export interface OverridesStep {
  acting: ActiveRule[];
  set: Record<string, PolicyOverride>;
  pinnedAt: Record<string, number>;
  orders: PolicyOrder[];
  /** Sentences for the incidents of the rules concerned. */
  told: { rule: string; objective: string; text: string }[];
}

/** One step. Pure. `overrides` are those that the board has, with all earlier orders carried out. */
export function overridesStep(
  before: Pick<PolicyState, 'set' | 'pinnedAt'>,
  acting: readonly ActiveRule[],
  world: PolicyWorld,
  overrides: Overrides,
  now: number,
): OverridesStep {
  const step: OverridesStep = {
    acting: [...acting],
    set: { ...before.set },
    pinnedAt: Object.fromEntries(Object.entries(before.pinnedAt).filter(([, at]) => now - at < PIN_AGAIN_MS)),
    orders: [],
    told: [],
  };
  const wanted = wantedOverrides(acting, world);
  for (const [key, known] of Object.entries(before.set)) keepOrUndo(step, key, known, wanted, overrides, now);
  for (const one of wanted) {
    const isSet = step.set[one.key] !== undefined;
    const isReleased = actingOf(step, one).activation.released.includes(one.key);
    if (!isSet && !isReleased && one.acting.holds) setAnew(step, one, world, overrides, now);
  }
  return step;
}

/** Keeps, renews or undoes an override that a policy has set before. */
function keepOrUndo(
  step: OverridesStep,
  key: string,
  known: PolicyOverride,
  wanted: readonly WantedOverride[],
  overrides: Overrides,
  now: number,
): void {
  const [kind, name] = overrideKeyParts(key);
  const wanting = wanted.filter((one) => one.key === key);
  const onBoard = overrideOf(overrides, kind, name, now);
  if (known.until <= now) {
    delete step.set[key];
    return;
  }
  if (onBoard?.who !== known.who) {
    delete step.set[key];
    const text = `${OVERRIDE_SUBJECT[kind](name)} was ${onBoard === undefined ? 'ended' : `replaced by ${onBoard.who}`} by hand.`;
    for (const one of wanting) {
      const { activation } = actingOf(step, one);
      change(step, one, { released: [...activation.released, key] });
      tell(step, one, text);
    }
    return;
  }
  const [first] = wanting;
  if (first === undefined) {
    delete step.set[key];
    step.orders.push({ do: 'undo', of: kind, name, who: known.who, at: now });
    step.told.push({
      rule: ruleOf(known.who),
      objective: known.objective,
      text: `${OVERRIDE_SUBJECT[kind](name)} was undone.`,
    });
    return;
  }
  if (now < renewAt(kind, known.until)) return;
  const { rule, activation } = first.acting;
  const order = { until: overrideEnd(kind, now), reason: activation.why, who: policyName(rule.name), at: now };
  if (kind === 'safeguard') step.orders.push({ ...order, do: kind, feature: name });
  if (kind === 'freeze') step.orders.push({ ...order, do: kind });
  step.set[key] = { who: order.who, objective: activation.objective, until: order.until };
}

function setAnew(
  step: OverridesStep,
  one: WantedOverride,
  world: PolicyWorld,
  overrides: Overrides,
  now: number,
): void {
  const objective = one.acting.standing.objective.name;
  const decision = decideOverride(one, world, overrides, step.pinnedAt, now);
  if (decision.do === 'adopt') {
    const { who, until } = decision.known;
    step.set[one.key] = { who, objective, until: until ?? Number.MAX_SAFE_INTEGER };
    return;
  }
  if (decision.do === 'skip') {
    const { skipped } = actingOf(step, one).activation;
    if (skipped[one.key] === decision.skip) return;
    change(step, one, { skipped: { ...skipped, [one.key]: decision.skip } });
  } else {
    const { order } = decision;
    step.orders.push(order);
    if (order.do !== 'undo') step.set[one.key] = { who: order.who, objective, until: order.until };
    if (order.do === 'pin') step.pinnedAt[order.alias] = now;
  }
  tell(step, one, decision.text);
}

/** The acting rule, with this step's changes so far. */
function actingOf({ acting }: OverridesStep, { acting: { key } }: WantedOverride): ActiveRule {
  const found = acting.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no rule acts as ${key}`);
  return found;
}

function change(
  step: OverridesStep,
  { acting: { key } }: WantedOverride,
  changes: Partial<ActiveRule['activation']>,
): void {
  step.acting = step.acting.map((one) =>
    one.key === key ? { ...one, activation: { ...one.activation, ...changes } } : one,
  );
}

const tell = (step: OverridesStep, { acting: { rule, standing } }: WantedOverride, text: string): number =>
  step.told.push({ rule: rule.name, objective: standing.objective.name, text });
