/** Notices of all kinds: what webhooks are sent. */

/** How urgent a notice is: `page` and `incident` wake a person, `ticket` waits for working hours, `note` is for the record. */
export type Severity = 'note' | 'ticket' | 'page' | 'incident';

/** All severities, the most urgent first. Of the notices that wait for a webhook, the most urgent is sent first. */
export const SEVERITIES = ['incident', 'page', 'ticket', 'note'] as const satisfies readonly Severity[];

/** True if a notice of this severity must not wait. */
export const isUrgent = (severity: Severity): boolean => severity === 'incident' || severity === 'page';

/** What notices can be about. */
export const NOTICE_KINDS = ['budget', 'slo', 'incident', 'drill', 'promotion'] as const;

/** One kind of notice. */
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** The type of a notice, which is the `type` of a JSON webhook. */
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

/** Whether a notice of this type ends what an earlier notice of its subject began. */
export const isEnding = (type: NoticeType): boolean => ENDINGS.has(type);

/** One message to webhooks, sent once. */
export interface Notice {
  /** A repetition has the same name and is not sent again. */
  name: string;
  /** What the beginning and the end of a problem share, such as an alert's name (`burn/chat-success/1h`). It is PagerDuty's `dedup_key`. */
  subject: string;
  /** Null if the notice is about the whole service. */
  tenant: string | null;
  kind: NoticeKind;
  type: NoticeType;
  severity: Severity;
  /** Epoch milliseconds. */
  at: number;
  /** One sentence in plain text, with untrusted names in it. */
  text: string;
  /** Where a person reads what to do. Null if config names no such place. */
  runbook: string | null;
  /** Figures and names for machines; no prompt, answer, key or address. */
  data: NoticeData;
}

/** JSON's own values. */
export type NoticeData = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
