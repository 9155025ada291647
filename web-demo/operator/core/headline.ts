/** The one sentence above the promises, and the action that may help. */

import type { Severity } from '../../../worker/core/alerts/notice.ts';
import type { ShownConfig } from '../../../worker/core/config/shown-config.ts';
import { counted } from './format.ts';
import type { Tone } from './promise-card.ts';
import type { Cooldown, ShownAlert, ShownObjective } from './replies.ts';

const URGENCY: Readonly<Record<Severity, number>> = { incident: 0, page: 1, ticket: 2, note: 3 };
export const SEVERITY_NAMES: Readonly<Record<Severity, string>> = {
  incident: 'Incident',
  page: 'Page',
  ticket: 'Ticket',
  note: 'Note',
};
export const SEVERITY_TONES: Readonly<Record<Severity, Tone>> = {
  incident: 'bad',
  page: 'bad',
  ticket: 'warn',
  note: 'away',
};

/** Sorts alerts: those that nobody has acknowledged first, then the most urgent, then the newest. */
export const mostUrgentFirst = (alerts: readonly ShownAlert[], now: number): ShownAlert[] =>
  alerts.toSorted(
    (a, b) =>
      Number(isAnswered(a, now)) - Number(isAnswered(b, now)) ||
      URGENCY[a.severity] - URGENCY[b.severity] ||
      b.firedAt - a.firedAt,
  );

/** True if the alert is acknowledged or silenced. */
export const isAnswered = ({ silencedUntil, acknowledgedAt }: ShownAlert, now: number): boolean =>
  acknowledgedAt !== null || (silencedUntil !== null && silencedUntil > now);

/** The sentence if no alert fires: how many promises are kept, and which are not. */
export function summary(objectives: readonly ShownObjective[]): { text: string; tone: Tone } {
  const known = objectives.filter(({ state }) => state !== 'no_data');
  if (known.length === 0)
    return { text: 'No requests yet, so there is nothing to say about any promise.', tone: 'away' };
  const broken = known.filter(({ state }) => state === 'exhausted').map(({ name }) => name);
  const burning = known.filter(({ state }) => state === 'burning').map(({ name }) => name);
  const silent = objectives.length - known.length;
  const beside = silent === 0 ? '' : ` ${counted(silent, 'other')} had no requests.`;
  if (broken.length === 0 && burning.length === 0) {
    const all =
      known.length === 1 ? 'The one promise with requests is kept.' : `All ${known.length} promises are kept.`;
    return { text: `${all}${beside}`, tone: 'good' };
  }
  const parts = [
    broken.length > 0 && `${listed(broken)} ${broken.length === 1 ? 'has' : 'have'} no error budget left`,
    burning.length > 0 &&
      `${listed(burning)} ${burning.length === 1 ? 'burns its' : 'burn their'} error budget too fast`,
  ].filter(Boolean);
  return { text: `${parts.join('; ')}.${beside}`, tone: broken.length > 0 ? 'bad' : 'warn' };
}

/** `a, b and 3 more`. */
export function listed(names: readonly string[], most = 3): string {
  if (names.length > most) return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** A pin that would help: a deployment of the feature's alias is in cooldown, this one is not, and the alias has no pin. */
export function helpfulPin(
  { features, aliases }: Pick<ShownConfig, 'features' | 'aliases'>,
  feature: string | null,
  cooldowns: readonly Cooldown[],
  pins: Readonly<Record<string, unknown>>,
): { alias: string; deployment: string } | undefined {
  const name = features.find((one) => one.name === feature)?.alias;
  const asked = name === undefined && feature === null ? aliases : aliases.filter((one) => one.name === name);
  const cooling = new Set(cooldowns.map(({ deployment }) => deployment));
  const failing = asked.filter(({ deployments }) => deployments.some(({ id }) => cooling.has(id)));
  const [alias, other] = failing;
  if (alias === undefined || other !== undefined || Object.hasOwn(pins, alias.name)) return undefined;
  const well = alias.deployments.filter(({ id }) => !cooling.has(id)).toSorted((a, b) => a.order - b.order)[0];
  return well === undefined ? undefined : { alias: alias.name, deployment: well.id };
}
