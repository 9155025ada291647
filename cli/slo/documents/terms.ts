/** The terms beside the promises: maintenance, credits, review. */
import type { Slo } from '../../../worker/core/slo/slo.ts';
import type { Facts } from './changes.ts';
import { escapeMarkdown, table } from './markdown.ts';
import { countText, minuteOf, percent } from './words.ts';

/** How much maintenance is allowed, as text. */
export function maintenanceText({ maintenance: { mostMinutes, perQuarter, noticeHours } }: Slo): string {
  if (perQuarter === 0 || mostMinutes === 0) return 'There is no planned maintenance: all time counts.';
  return `Planned maintenance takes at most ${countText(mostMinutes, 'minute')} at a time and comes at most ${countText(perQuarter, 'time')} a quarter. It is announced at least ${countText(noticeHours, 'hour')} ahead.`;
}

/** The announced windows as a table, or no lines if there are none. */
export function windowLines({ maintenance: { windows } }: Slo): string[] {
  if (windows.length === 0) return [];
  const rows = windows.map(({ from, to, reason, announcedAt }) => [
    ...[minuteOf(from), minuteOf(to), escapeMarkdown(reason), minuteOf(announcedAt)],
  ]);
  return ['', ...table(['from', 'to', 'why', 'announced'], rows)];
}

/** What is owed below each threshold, as sentences, with the highest threshold first. */
export function creditTexts({ credits }: Slo): string[] {
  return credits.map(
    ({ below, percent: share }) => `Below ${percent(below)}: ${percent(share)} of the month's fees for the service.`,
  );
}

/** The terms that every document for clients has, as facts. */
export function termFacts(slo: Slo): Facts {
  const { service, contact, retentionDays, reviewEveryDays, maintenance, credits } = slo;
  return {
    service: { name: service, contact: contact ?? 'not set' },
    terms: {
      'review of the promises': `every ${countText(reviewEveryDays, 'day')}`,
      'figures are kept for': countText(retentionDays, 'day'),
    },
    maintenance: {
      'at most': countText(maintenance.mostMinutes, 'minute'),
      'a quarter': countText(maintenance.perQuarter, 'time'),
      notice: countText(maintenance.noticeHours, 'hour'),
    },
    ...Object.fromEntries(
      maintenance.windows.map(({ from, to, reason, announcedAt }) => [
        `maintenance on ${minuteOf(from)}`,
        { until: minuteOf(to), why: reason, announced: minuteOf(announcedAt) },
      ]),
    ),
    ...Object.fromEntries(
      credits.map(({ below, percent: share }) => [`credit below ${percent(below)}`, { is: percent(share) }]),
    ),
  };
}
