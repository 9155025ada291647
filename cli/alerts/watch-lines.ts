/** What `npm run alerts` prints about firing alerts and about silences. */
import type { ShownAlert, ShownSilences } from '../../worker/core/slo/shown-alerts.ts';
import { SILENCE_ALL, type Silence } from '../../worker/core/slo/silences.ts';
import { durationText, untilText, utc } from '../times.ts';

/** The most urgent first. */
export function firingLines(firing: readonly ShownAlert[], now: number): string[] {
  if (firing.length === 0) return ['No alert is firing.'];
  return firing.flatMap((alert) => {
    const { name, severity, text, since, runbook, silencedUntil, acknowledgedBy, acknowledgedNote } = alert;
    const parts = [
      `since ${utc(since)} (${durationText(now - since)})`,
      acknowledgedBy !== null &&
        `${acknowledgedBy} has seen it${acknowledgedNote === null ? '' : `: ${acknowledgedNote}`}`,
      silencedUntil !== null && `silenced ${untilText(silencedUntil, now)}`,
      runbook,
    ];
    return [`${severity}  ${name}  ${text}`, ...parts.filter(Boolean).map((part) => `  ${part}`)];
  });
}

/** The silences in force, and the notices that they hold back. */
export function silenceLines({ silences, held }: ShownSilences, now: number): string[] {
  const lines = silences.map((one) => `${silenceText(one, now)}, by ${one.who}: ${one.reason}`);
  const kept = held.map(({ notice, by, waits }) => {
    const next = waits ? ', told when the silence ends' : '';
    return `  ${utc(notice.at)}  ${notice.severity}  ${notice.text}  (held back by ${by}${next})`;
  });
  return [...(lines.length === 0 ? ['No silence is in force.'] : lines), ...kept];
}

/** What is silenced, and for how long. */
export const silenceText = ({ objective, until }: Silence, now: number): string =>
  `${objective === SILENCE_ALL ? 'Everything' : objective} is silenced ${untilText(until, now)}`;
