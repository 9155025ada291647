/** Events for PagerDuty's Events API v2 (developer.pagerduty.com, "Send an event"). */
import { fingerprint } from '../config/fingerprint.ts';
import { isEnding, type Notice, type Severity } from './notice.ts';
import { oneLine } from './plain-text.ts';

/** Where events go unless a variable holds another address, such as that of PagerDuty's European region. */
export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';

/** `critical` and `warning` are PagerDuty's words; a service may turn them into its urgency. */
const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  incident: 'critical',
  page: 'critical',
  ticket: 'warning',
  note: 'info',
};

const LONGEST_SUMMARY = 1_024;
const LONGEST_DEDUP_KEY = 255;

/** One event: it opens an incident of this subject, adds to it, or resolves it. */
export function pagerDutyEvent(notice: Notice, routingKey: string) {
  const { subject, type, kind, severity, text, at, tenant, name, runbook, data } = notice;
  const head = { routing_key: routingKey, dedup_key: dedupKey(subject) };
  if (isEnding(type)) return { ...head, event_action: 'resolve' as const };
  return {
    ...head,
    event_action: 'trigger' as const,
    client: 'Carryon',
    ...(runbook !== null && /^https?:/.test(runbook) && { links: [{ href: runbook, text: 'Runbook' }] }),
    payload: {
      summary: oneLine(text, LONGEST_SUMMARY),
      source: 'carryon',
      severity: SEVERITY_WORDS[severity],
      timestamp: new Date(at).toISOString(),
      class: type,
      ...(tenant !== null && { group: tenant }),
      custom_details: { name, tenant, kind, severity, runbook, ...data },
    },
  };
}

/** A test opens an incident and resolves it. */
export function pagerDutyTest(text: string, at: number, routingKey: string) {
  const head = { routing_key: routingKey, dedup_key: 'carryon/test' };
  const payload = { summary: text, source: 'carryon', severity: 'info', timestamp: new Date(at).toISOString() };
  return [
    { ...head, event_action: 'trigger' as const, client: 'Carryon', payload },
    { ...head, event_action: 'resolve' as const },
  ];
}

/** A subject as PagerDuty's key. Long subjects, such as those of users with long names, are cut and told apart by a fingerprint. */
const dedupKey = (subject: string): string =>
  subject.length <= LONGEST_DEDUP_KEY ? subject : `${subject.slice(0, 200)}~${fingerprint(subject)}`;
