/** The bodies that a webhook gets. Names of users, tenants and features are untrusted input. */
import type { Notice } from './notice.ts';
import { pagerDutyEvent, pagerDutyTest } from './pagerduty.ts';
import type { Hook } from './policy.ts';
import { slackMessage, slackTest } from './slack.ts';

const TEST_TEXT = 'Carryon: this webhook works. Alerts will come here.';

/** A notice as text. `json` has the shape that Standard Webhooks recommends: type, timestamp, data. */
export function noticeBody(notice: Notice, { format, secret }: Pick<Hook, 'format' | 'secret'>): string {
  switch (format) {
    case 'slack':
      return JSON.stringify(slackMessage(notice));
    case 'json':
      return JSON.stringify(jsonMessage(notice));
    case 'pagerduty':
      return JSON.stringify(pagerDutyEvent(notice, secret));
  }
}

/** What a test sends, in this order. PagerDuty's incident is opened and resolved. */
export function testBodies({ format, secret }: Pick<Hook, 'format' | 'secret'>, at: number): string[] {
  switch (format) {
    case 'slack':
      return [JSON.stringify(slackTest(TEST_TEXT))];
    case 'json':
      return [JSON.stringify({ type: 'test', timestamp: isoTime(at), data: { text: TEST_TEXT } })];
    case 'pagerduty':
      return pagerDutyTest(TEST_TEXT, at, secret).map((event) => JSON.stringify(event));
  }
}

function jsonMessage({ type, at, data, tenant, ...notice }: Notice) {
  const timestamp = isoTime(at);
  // Receivers know the form that this type had before there were other types.
  if (type === 'budget.threshold_reached') return { type, timestamp, data: { tenant, ...data } };
  const { name, subject, kind, severity, text, runbook } = notice;
  return {
    type,
    timestamp,
    data: { name, subject, tenant, kind, severity, objective: null, text, runbook, ...data },
  };
}

const isoTime = (at: number): string => new Date(at).toISOString();
