/** Which notices are sent, and which a silence holds back. */
import { type Notice, SEVERITIES } from '../alerts/notice.ts';
import { isByPolicy } from './incident.ts';
import { type Silence, silenceable, silenceOf } from './silences.ts';

/** A notice that a silence held back. */
export interface HeldNotice {
  notice: Notice;
  /** The `objective` of the silence that holds it back. */
  by: string;
  /** What it reports still goes on, so it is sent if the silence ends before that does. */
  waits: boolean;
}

/** At most this many notices that no longer wait are kept to be shown. */
const MOST_SHOWN = 100;
/** At most this many wait; the most urgent stay. */
const MOST_WAITING = 1_000;
/** A held notice names at most this many of the tenants that it touches. */
const MOST_TENANTS_HELD = 10;

/** What `sift` decides by. */
export interface Sifting {
  silences: readonly Silence[];
  /** Notices that are held back already, the oldest first. */
  held: readonly HeldNotice[];
  /** Subjects of alerts that fire, and of incidents that are open. */
  goesOn: ReadonlySet<string>;
}

/**
 * Something that began under a silence is sent when the silence is over, if it still goes on; otherwise neither its beginning nor
 * its end is sent. If the beginning was sent before the silence, the end is sent when it comes.
 */
export function sift(
  notices: readonly Notice[],
  { silences, held, goesOn }: Sifting,
  now: number,
): { send: Notice[]; held: HeldNotice[] } {
  const silenceBy = (notice: Notice) => silenceOf(silences, silenceable(notice), now)?.objective;
  const send: Notice[] = [];
  let kept = [...held];
  for (const notice of notices) {
    // A notice about something whose beginning waits has to wait with it.
    const begun = kept.find((one) => one.waits && one.notice.subject === notice.subject);
    const by = begun?.by ?? (mayBeSilenced(notice) ? silenceBy(notice) : undefined);
    if (by === undefined) send.push(notice);
    else kept.push({ notice: shortened(notice), by, waits: true });
  }
  kept = kept.map((one) => (goesOn.has(one.notice.subject) ? one : { ...one, waits: false }));
  const isDue = ({ notice, waits }: HeldNotice) => waits && silenceBy(notice) === undefined;
  const over = kept.filter(({ waits }) => !waits).slice(-MOST_SHOWN);
  return {
    send: [...kept.filter(isDue).map(({ notice }) => notice), ...send],
    held: [...mostUrgent(kept.filter((one) => one.waits && !isDue(one))), ...over].toSorted(
      (a, b) => a.notice.at - b.notice.at,
    ),
  };
}

/** All held notices are in one row, of at most 2 MB. */
const mostUrgent = (waiting: readonly HeldNotice[]): readonly HeldNotice[] =>
  waiting.length <= MOST_WAITING
    ? waiting
    : SEVERITIES.flatMap((severity) => waiting.filter(({ notice }) => notice.severity === severity)).slice(
        0,
        MOST_WAITING,
      );

function shortened(notice: Notice): Notice {
  const { tenants } = notice.data;
  if (!Array.isArray(tenants) || tenants.length <= MOST_TENANTS_HELD) return notice;
  return { ...notice, data: { ...notice.data, tenants: tenants.slice(0, MOST_TENANTS_HELD) } };
}

/** What a person did to an incident is always sent to the others. */
const mayBeSilenced = ({ kind, type, data }: Notice): boolean =>
  kind === 'incident' ? type === 'incident.opened' && isByPolicy(String(data.openedBy)) : type !== 'slo.recovered';
