/** What of the notices is sent, and what a silence holds back. */
import type { Notice } from '../alerts/notice.ts';
import { isByPolicy } from './incident.ts';
import { type Silence, silenceable, silenceOf } from './silences.ts';

/** A notice that a silence held back. */
export interface HeldNotice {
  notice: Notice;
  /** Which silence: its `objective`. */
  by: string;
  /** What it tells of goes on. It is sent when the silence ends before that. */
  waits: boolean;
}

/** So many are kept to be shown. */
const MOST_HELD = 200;

/** All that a sifting looks at. */
export interface Sifting {
  silences: readonly Silence[];
  /** From before, the oldest first. */
  held: readonly HeldNotice[];
  /** Subjects that go on: alerts that fire, incidents that are open. */
  goesOn: ReadonlySet<string>;
}

/** Those that end what another notice began. */
const ENDS: ReadonlySet<string> = new Set(['slo.recovered', 'incident.closed']);

/**
 * What has begun under a silence is told when the silence is over, if it still goes on; otherwise neither its beginning nor its end
 * is told. What was told before the silence began is told to be over, too.
 */
export function sift(
  notices: readonly Notice[],
  { silences, held, goesOn }: Sifting,
  now: number,
): { send: Notice[]; held: HeldNotice[] } {
  const send: Notice[] = [];
  let kept = [...held];
  for (const notice of notices) {
    const begun = kept.find((one) => one.waits && one.notice.subject === notice.subject);
    const by = begun?.by ?? (mayBeSilenced(notice) && silenceOf(silences, silenceable(notice), now)?.objective);
    if (by) kept.push({ notice, by, waits: true });
    else send.push(notice);
  }
  kept = kept.map((one) => (goesOn.has(one.notice.subject) ? one : { ...one, waits: false }));
  const isDue = ({ notice, waits }: HeldNotice) => waits && silenceOf(silences, silenceable(notice), now) === undefined;
  return {
    send: [...kept.filter(isDue).map(({ notice }) => notice), ...send],
    held: kept.filter((one) => !isDue(one)).slice(-MOST_HELD),
  };
}

/** What a person did to an incident is told to the others in any case. */
const mayBeSilenced = ({ kind, type, data }: Notice): boolean =>
  !ENDS.has(type) && (kind === 'slo' || (kind === 'incident' && isByPolicy(String(data.openedBy))));
