/** What people set beside the watch, and how its alerts are shown. */
import { SEVERITIES } from '../alerts/notice.ts';
import type { HeldNotice } from './held-back.ts';
import { addedTo, type OpenPages } from './open-pages.ts';
import { type Silence, silenceOf } from './silences.ts';
import type { FiringAlert, WatchState } from './watch/watch.ts';

/** Somebody has seen an alert, by the alert's name; `firedAt` says which time it fired. */
export type Acknowledgements = Readonly<
  Record<string, { who: string; at: number; note: string | null; firedAt: number }>
>;

/** An alert that fires, with what people did about it. */
export interface ShownAlert extends FiringAlert {
  /** Another alert, whose page this one was added to; null: it was told by itself. */
  addedTo: string | null;
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
  open: OpenPages,
  now: number,
): ShownAlert[] => {
  const seen = ({ name, firedAt }: FiringAlert) =>
    acknowledgements[name]?.firedAt === firedAt ? acknowledgements[name] : undefined;
  return Object.values(firing)
    .map((alert) => {
      const page = addedTo(open, alert.name);
      const first = page === null ? undefined : firing[page];
      // Somebody who has seen a page has not seen that it grew more urgent.
      const byPage = first !== undefined && rank(first) <= rank(alert) ? seen(first) : undefined;
      const by = seen(alert) ?? byPage;
      return {
        ...alert,
        addedTo: page,
        silencedUntil: silenceOf(silences, alert, now)?.until ?? null,
        acknowledgedBy: by?.who ?? null,
        acknowledgedAt: by?.at ?? null,
        acknowledgedNote: by?.note ?? null,
      };
    })
    .toSorted((one, other) => rank(one) - rank(other) || other.firedAt - one.firedAt);
};

const rank = ({ severity }: FiringAlert): number => SEVERITIES.indexOf(severity);
