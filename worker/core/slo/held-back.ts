/** Which notices are sent, and which a silence holds back. */
import { type Notice, SEVERITIES } from '../alerts/notice.ts';
import { isByPolicy } from './incident.ts';
import { type Silence, silenceable, silenceOf } from './silences.ts';

/** A notice that a silence held back. */
export interface HeldNotice {
  notice: Notice;
  /** The `objective` of the silence that holds it back. */
  by: string;
  /** True while the reported problem still goes on. The notice is sent if the silence ends before the problem does. */
  waits: boolean;
}

/** At most this many notices that no longer wait are kept to be shown. */
const MOST_SHOWN = 100;
/** At most this many notices wait. If there are more, the most urgent stay. */
const MOST_WAITING = 1_000;
/** A held notice names at most this many of the tenants that it touches. */
const MOST_TENANTS_HELD = 10;

/** What `splitBySilence` needs to decide. */
export interface SplitInput {
  silences: readonly Silence[];
  /** Notices that are held back already, the oldest first. */
  held: readonly HeldNotice[];
  /** Subjects of alerts that fire, and of incidents that are open. */
  goesOn: ReadonlySet<string>;
}

/**
 * Divides notices into those to send now and those to hold back. A problem that began under a silence is reported after the
 * silence if it still goes on. Otherwise neither its beginning nor its end is sent. If its beginning was sent before the silence,
 * its end is sent at once.
 */
export function splitBySilence(
  notices: readonly Notice[],
  { silences, held, goesOn }: SplitInput,
  now: number,
): { send: Notice[]; held: HeldNotice[] } {
  const silenceBy = (notice: Notice) => silenceOf(silences, silenceable(notice), now)?.objective;
  const send: Notice[] = [];
  let kept = [...held];
  for (const notice of notices) {
    // While the notice about a problem's beginning waits, later notices about that problem wait with it.
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

/** The notices that may wait. They are limited because all held notices share one row, which holds at most 2 MB. */
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

/** True for notices that a silence may hold back. What a person did to an incident is always sent, so that the other operators see it. */
const mayBeSilenced = ({ kind, type, data }: Notice): boolean =>
  kind === 'incident' ? type === 'incident.opened' && isByPolicy(String(data.openedBy)) : type !== 'slo.recovered';
