/** Silences. While one holds, no alert of its objective is sent. */
import type { Notice } from '../alerts/notice.ts';

/** One silence: what it holds back, until when, and why. */
export interface Silence {
  /** An objective's name, an alert's name, or `*` for everything that is watched. */
  objective: string;
  /** Epoch milliseconds. */
  until: number;
  reason: string;
  who: string;
}

/** The `objective` of a silence for everything. */
export const SILENCE_ALL = '*';
/** At most this many silences hold at once. More are refused. */
export const MOST_SILENCES = 200;

/** An alert or a notice, as silences see it. `name` is an alert's name or a notice's subject. */
export interface Silenceable {
  name: string;
  objective: string | null;
}

/** The silence that holds for an alert or a notice now. If several do, the one that ends last. */
export function silenceOf(
  silences: readonly Silence[],
  { name, objective }: Silenceable,
  now: number,
): Silence | undefined {
  return silences
    .filter((one) => one.until > now && [name, objective, SILENCE_ALL].includes(one.objective))
    .toSorted((one, other) => other.until - one.until)[0];
}

/** The silences that hold now, the first to end first. */
export const inForce = (silences: readonly Silence[], now: number): Silence[] =>
  silences.filter(({ until }) => until > now).toSorted((one, other) => one.until - other.until);

/** The parts of a notice that silences look at. */
export const silenceable = ({ subject, data }: Notice): Silenceable => ({
  name: subject,
  objective: typeof data.objective === 'string' ? data.objective : null,
});
