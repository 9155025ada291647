/** How the watch's alerts are shown, with what operators did about them. */
import { SEVERITIES } from '../alerts/notice.ts';
import type { HeldNotice } from './held-back.ts';
import { type Silence, silenceOf } from './silences.ts';
import type { FiringAlert, WatchState } from './watch/watch-state.ts';

/** Who has seen which alert, by the alert's name. `firedAt` says which of the times that it fired. */
export type Acknowledgements = Readonly<
  Record<string, { who: string; at: number; note: string | null; firedAt: number }>
>;

/** An alert that fires, with what operators did about it. */
export interface ShownAlert extends FiringAlert {
  silencedUntil: number | null;
  acknowledgedBy: string | null;
  acknowledgedAt: number | null;
  acknowledgedNote: string | null;
}

/** What `GET /admin/silences` answers. `held` are the notices that silences held back, the newest first. */
export interface ShownSilences {
  silences: Silence[];
  held: HeldNotice[];
}

/** The alerts that fire, the most urgent first. Among equals, the one that fired last comes first. */
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
