/** What of the notices is sent, and what a silence holds back. */
import { type Notice, SEVERITIES } from '../alerts/notice.ts';
import { isByPolicy } from './incident.ts';
import { type Silence, silenceable, silenceOf } from './silences.ts';

/** A notice that a silence held back. */
export interface HeldNotice {
  notice: Notice;
  /** Which silence: its `objective`. */
  by: string;
  /** What it reports goes on. It is sent when the silence ends before that. */
  waits: boolean;
}

/** So many that no longer wait are kept to be shown. */
const MOST_SHOWN = 100;
/** So many wait, the most urgent. */
const MOST_WAITING = 1_000;
/** So many of the tenants that it touches are kept with a notice. */
const MOST_TENANTS_HELD = 10;

/** All that a sifting looks at. */
export interface Sifting {
  silences: readonly Silence[];
  /** From before, the oldest first. */
  held: readonly HeldNotice[];
  /** Subjects of alerts that fire, and of incidents that are open. */
  goesOn: ReadonlySet<string>;
}

/**
 * What has begun under a silence is sent when the silence is over, if it still goes on; otherwise neither its beginning nor its
 * end is sent. If the beginning was sent before the silence, the end is sent when it comes.
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
    // What follows a beginning that waits, waits with it.
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

/** All that is held is one row, of at most 2 MB. */
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

/** What a person did to an incident is sent to the others in any case. */
const mayBeSilenced = ({ kind, type, data }: Notice): boolean =>
  kind === 'incident' ? type === 'incident.opened' && isByPolicy(String(data.openedBy)) : type !== 'slo.recovered';
