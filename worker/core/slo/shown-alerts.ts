/** What people set beside the watch, and how its alerts are shown. */
import { SEVERITIES } from '../alerts/notice.ts';
import type { HeldNotice } from './held-back.ts';
import { type Silence, silenceOf } from './silences.ts';
import type { FiringAlert, WatchState } from './watch/watch-state.ts';

/** Somebody has seen an alert, by the alert's name; `firedAt` says which time it fired. */
export type Acknowledgements = Readonly<
  Record<string, { who: string; at: number; note: string | null; firedAt: number }>
>;

/** An alert that fires, with what people did about it. */
export interface ShownAlert extends FiringAlert {
  silencedUntil: number | null;
  acknowledgedBy: string | null;
  acknowledgedAt: number | null;
  acknowledgedNote: string | null;
}

/** What `GET /admin/silences` answers. `held`: notices that silences held back, the newest first. */
export interface ShownSilences {
  silences: Silence[];
  held: HeldNotice[];
}

/** The most urgent first, then the one that fired last. */
export const shownAlerts = (
  { firing }: WatchState,
  acknowledgements: Acknowledgements,
  silences: readonly Silence[],
  now: number,
): ShownAlert[] =>
  Object.values(firing)
    .map((alert) => {
      const seen = acknowledgements[alert.name];
      const own = seen?.firedAt === alert.firedAt ? seen : undefined;
      return {
        ...alert,
        silencedUntil: silenceOf(silences, alert, now)?.until ?? null,
        acknowledgedBy: own?.who ?? null,
        acknowledgedAt: own?.at ?? null,
        acknowledgedNote: own?.note ?? null,
      };
    })
    .toSorted((one, other) => rank(one) - rank(other) || other.firedAt - one.firedAt);

const rank = ({ severity }: FiringAlert): number => SEVERITIES.indexOf(severity);
