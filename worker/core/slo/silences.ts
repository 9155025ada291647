/** Silences: until when no alert of an objective is sent. */
import type { Notice } from '../alerts/notice.ts';

/** Until when, and why. */
export interface Silence {
  /** An objective's name, an alert's name, or `*` for everything that is watched. */
  objective: string;
  /** Epoch milliseconds. */
  until: number;
  reason: string;
  who: string;
}

/** The silence of everything. */
export const SILENCE_ALL = '*';
/** More at once are refused. */
export const MOST_SILENCES = 200;

/** An alert or a notice, as silences see it. `name`: an alert's name, a notice's subject. */
export interface Silenceable {
  name: string;
  objective: string | null;
}

/** The silence that holds for it now and ends last. */
export function silenceOf(
  silences: readonly Silence[],
  { name, objective }: Silenceable,
  now: number,
): Silence | undefined {
  return silences
    .filter((one) => one.until > now && [name, objective, SILENCE_ALL].includes(one.objective))
    .toSorted((one, other) => other.until - one.until)[0];
}

/** Those that hold now, the first to end first. */
export const inForce = (silences: readonly Silence[], now: number): Silence[] =>
  silences.filter(({ until }) => until > now).toSorted((one, other) => one.until - other.until);

/** What of a notice a silence looks at. */
export const silenceable = ({ subject, data }: Notice): Silenceable => ({
  name: subject,
  objective: typeof data.objective === 'string' ? data.objective : null,
});
