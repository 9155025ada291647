/** Tables for a document: the severities, and the alerts besides those of burn rates. */
import { SEVERITIES, type Severity } from '../../../worker/core/alerts/notice.ts';
import type { Hook, HookFormat } from '../../../worker/core/alerts/policy.ts';
import type { Facts } from './changes.ts';
import { listText, table } from './markdown.ts';

const MEANS: Readonly<Record<Severity, string>> = {
  incident: 'wakes the person on call: it lasts, or much is broken',
  page: 'wakes the person on call',
  ticket: 'is read in working hours',
  note: 'is for the record',
};

const CHANNELS: Readonly<Record<HookFormat, string>> = {
  slack: 'Slack',
  json: 'a signed webhook',
  pagerduty: 'PagerDuty',
};

const rows = (hooks: readonly Pick<Hook, 'format' | 'severities'>[]) =>
  SEVERITIES.map((severity) => {
    const formats = hooks
      .filter(({ severities }) => severities.includes(severity))
      .map(({ format }) => CHANNELS[format]);
    return { severity, channels: listText([...new Set(formats)]) || 'the operator page alone' };
  });

/** A row for each severity: what it means, and where it is sent. Webhooks are shown by their kind only. */
export const severityLines = (hooks: readonly Pick<Hook, 'format' | 'severities'>[]): string[] =>
  table(
    ['severity', 'what it does', 'sent to'],
    rows(hooks).map(({ severity, channels }) => [severity, MEANS[severity], channels]),
  );

/** What `severityLines` says, as facts. */
export const severityFacts = (hooks: readonly Pick<Hook, 'format' | 'severities'>[]): Facts =>
  Object.fromEntries(rows(hooks).map(({ severity, channels }) => [`severity ${severity}`, { 'sent to': channels }]));
