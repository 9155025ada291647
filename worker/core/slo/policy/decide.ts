/** The policy's step from one look to the next. */
import type { Overrides } from '../../routing/overrides.ts';
import type { Incident } from '../incident.ts';
import { activationsOf } from './activations.ts';
import { closeIncidents, noteActions, openIncidents, type PolicyIncident, type RuleNote } from './incidents-step.ts';
import { overridesStep } from './overrides-step.ts';
import type { PolicyOrder, PolicyRule } from './policy.ts';
import type { Standing } from './standing.ts';
import { overrideKeyParts, type PolicyState } from './state.ts';
import { type PolicyWorld, renewAt } from './wanted-overrides.ts';

/** What a step depends on. */
export interface PolicyInput extends PolicyWorld {
  rules: readonly PolicyRule[];
  standings: readonly Standing[];
  /**
   * Undefined if the board did not answer, or if an earlier order has not been carried out yet. Then this step sets and undoes no
   * override.
   */
  overrides: Overrides | undefined;
  /** The open incidents. */
  incidents: readonly Pick<Incident, 'id' | 'objective' | 'openedBy'>[];
}

/** The result of a step. */
export interface PolicyStep {
  state: PolicyState;
  incidents: PolicyIncident[];
  /** The orders to carry out, in this order. */
  orders: PolicyOrder[];
  told: RuleNote[];
  /** When to look again even if no record comes. Null if the next look can wait for a record. */
  nextLookAt: number | null;
}

const MINUTE_MS = 60_000;

/** One step. Pure: the same input at the same time gives the same result. `now`: epoch milliseconds. */
export function decidePolicy(before: PolicyState, ask: PolicyInput, now: number): PolicyStep {
  const { rules, standings, minErrors, overrides } = ask;
  const found = activationsOf(before.active, rules, standings, minErrors, now);
  const opened = openIncidents(found.acting, ask.incidents, now);
  const step =
    overrides === undefined
      ? { ...before, acting: opened.acting, orders: [], told: [] }
      : overridesStep(before, opened.acting, ask, overrides, now);
  const after = step.acting.map(({ key, activation }) => ({
    key,
    activation: activation.isCalm ? { ...activation, incident: null } : activation,
  }));
  const had = [...opened.acting.map(({ activation }) => activation), ...found.ended];
  const state: PolicyState = {
    active: Object.fromEntries(after.map(({ key, activation }) => [key, activation])),
    set: step.set,
    pinnedAt: step.pinnedAt,
  };
  const left = after.map(({ activation }) => activation);
  return {
    ...{ state, orders: step.orders, told: step.told },
    incidents: [...opened.incidents, ...noteActions(step.told, had, now), ...closeIncidents(had, left, rules, now)],
    nextLookAt: nextLookAt(state, overrides !== undefined, now),
  };
}

/** Whether there is anything to decide. Only then must the board be asked. */
export const needsDecision = (
  { active, set }: PolicyState,
  rules: readonly PolicyRule[],
  standings: readonly Standing[],
  minErrors: number,
): boolean =>
  Object.keys(active).length > 0 ||
  Object.keys(set).length > 0 ||
  activationsOf({}, rules, standings, minErrors, 0).acting.length > 0;

function nextLookAt({ active, set }: PolicyState, isKnown: boolean, now: number): number | null {
  const minute = Math.floor(now / MINUTE_MS + 1) * MINUTE_MS;
  const isSet = Object.keys(set).length > 0;
  if (isSet && !isKnown) return minute;
  if (Object.values(active).some(({ isCalm }) => !isCalm)) return minute;
  const renewals = Object.entries(set).map(([key, { until }]) => renewAt(overrideKeyParts(key)[0], until));
  const first = Math.min(...renewals);
  return Number.isFinite(first) ? Math.max(minute, first) : null;
}
