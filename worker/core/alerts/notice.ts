/** What webhooks are sent, of whatever kind. */

/** How urgent it is: `page` and `incident` wake somebody, `ticket` waits for working hours, `note` is for the record. */
export type Severity = 'note' | 'ticket' | 'page' | 'incident';

/** The most urgent first; a webhook is sent the first of these that waits for it. */
export const SEVERITIES = ['incident', 'page', 'ticket', 'note'] as const satisfies readonly Severity[];

/** Whether it must not wait. */
export const isUrgent = (severity: Severity): boolean => severity === 'incident' || severity === 'page';

/** What notices are about. */
export const NOTICE_KINDS = ['budget', 'slo', 'incident', 'drill', 'promotion'] as const;

/** What it is about. */
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** JSON webhooks' `type`. */
export type NoticeType =
  | 'budget.threshold_reached'
  | 'slo.burning'
  | 'slo.recovered'
  | 'slo.threshold'
  | 'slo.no_data'
  | 'incident.opened'
  | 'incident.updated'
  | 'incident.closed'
  | 'maintenance.announced'
  | 'drill.done'
  | 'drill.overdue'
  | 'promotion.rolled_back'
  | 'promotion.done';

const ENDINGS: ReadonlySet<NoticeType> = new Set(['slo.recovered', 'incident.closed', 'drill.done', 'promotion.done']);

/** Whether it ends what an earlier notice of its subject began. */
export const isEnding = (type: NoticeType): boolean => ENDINGS.has(type);

/** One message to webhooks, sent once. */
export interface Notice {
  /** A repetition has the same name and is not sent again. */
  name: string;
  /** What the beginning and the end of something share, such as `burn/chat-success/1h`: an alert's name; PagerDuty's `dedup_key`. */
  subject: string;
  /** Null: of the whole service. */
  tenant: string | null;
  kind: NoticeKind;
  type: NoticeType;
  severity: Severity;
  /** Epoch milliseconds. */
  at: number;
  /** One sentence in plain text, with untrusted names in it. */
  text: string;
  /** Where a person reads what to do; null where none is configured. */
  runbook: string | null;
  /** Figures and names for machines; no prompt, answer, key or address. */
  data: NoticeData;
}

/** JSON's own values. */
export type NoticeData = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
