/** Which incidents policies open, what they note in them, and which they close. */
import type { Incident, IncidentAction } from '../incident.ts';
import type { IncidentChange, NewIncident } from '../incidents.ts';
import type { ActiveRule } from './activations.ts';
import type { PolicyRule } from './policy.ts';
import { type Activation, policyName } from './state.ts';

/** What a step does to an incident. */
export type PolicyIncident =
  | { do: 'open'; incident: NewIncident }
  | { do: 'change'; id: string; change: IncidentChange; who: string };

/** What a rule did, undid or left out, as a sentence. */
export interface RuleNote {
  rule: string;
  objective: string;
  text: string;
}

type Open = Pick<Incident, 'id' | 'objective' | 'openedBy'>;

/** One incident per objective: a rule that begins while another rule's incident is open joins that one. Pure. */
export function openIncidents(
  acting: readonly ActiveRule[],
  open: readonly Open[],
  now: number,
): { acting: ActiveRule[]; incidents: PolicyIncident[] } {
  const incidents: PolicyIncident[] = [];
  const byObjective = new Map<string, string>();
  for (const { activation } of acting) {
    const { objective, incident } = activation;
    if (incident !== null && open.some(({ id }) => id === incident)) byObjective.set(objective, incident);
  }
  const after = acting.map((one): ActiveRule => {
    const { rule, standing, activation, isNew } = one;
    if (!isNew || !rule.does.includes('incident')) return one;
    const { name, feature, tenant } = standing.objective;
    let id = byObjective.get(name);
    if (id === undefined) {
      id = `${name}-${now.toString(36)}`;
      byObjective.set(name, id);
      const openedBy = policyName(rule.name);
      incidents.push({
        do: 'open',
        incident: { id, openedBy, title: activation.why, objective: name, feature, tenant },
      });
    }
    return { ...one, activation: { ...activation, incident: id } };
  });
  return { acting: after, incidents };
}

/** Notes what rules did, in the incidents of those rules. */
export function noteActions(
  told: readonly RuleNote[],
  activations: readonly Activation[],
  now: number,
): PolicyIncident[] {
  const actions = new Map<string, { who: string; actions: IncidentAction[] }>();
  for (const { rule, objective, text } of told) {
    const incident = activations.find((one) => one.rule === rule && one.objective === objective)?.incident;
    if (incident === undefined || incident === null) continue;
    const known = actions.get(incident) ?? { who: policyName(rule), actions: [] };
    known.actions.push({ at: now, text });
    actions.set(incident, known);
  }
  return [...actions].map(([id, { who, actions }]) => ({ do: 'change', id, change: { actions }, who }));
}

/** Closes the incidents that no rule holds open any more. */
export function closeIncidents(
  before: readonly Activation[],
  after: readonly Activation[],
  rules: readonly PolicyRule[],
  now: number,
): PolicyIncident[] {
  const had = new Map(before.flatMap(({ incident, rule }) => (incident === null ? [] : [[incident, rule] as const])));
  const why = (rule: string): string =>
    rules.some(({ name }) => name === rule)
      ? 'The error budget has not burnt too fast for half an hour.'
      : 'The policy is not in the config any more.';
  return [...had]
    .filter(([id]) => !after.some(({ incident }) => incident === id))
    .map(([id, rule]) => ({
      ...{ do: 'change', id, who: policyName(rule) },
      change: { close: true, actions: [{ at: now, text: why(rule) }] },
    }));
}
