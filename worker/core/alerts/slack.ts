/** Messages for Slack's incoming webhooks: `text` for notifications, `blocks` for the channel (docs.slack.dev, Block Kit). */
import { periodWord } from './budget-notice.ts';
import { noticeFigures, usd } from './figures.ts';
import { isEnding, type Notice, type NoticeType, type Severity } from './notice.ts';
import { oneLine } from './plain-text.ts';

/** What a message says first, in bold. */
const TITLES: Readonly<Record<Exclude<NoticeType, 'budget.threshold_reached'>, string>> = {
  'slo.burning': 'An error budget burns too fast',
  'slo.recovered': 'Recovered',
  'slo.threshold': 'Out of bounds',
  'slo.no_data': 'No data',
  'incident.opened': 'Incident opened',
  'incident.updated': 'Incident updated',
  'incident.closed': 'Incident closed',
  'maintenance.announced': 'Maintenance',
  'drill.done': 'Drill done',
  'drill.overdue': 'Drill overdue',
  'promotion.rolled_back': 'Promotion rolled back',
  'promotion.done': 'Promotion done',
};

const SEVERITY_SIGNS: Readonly<Record<Severity, string>> = {
  incident: ':rotating_light:',
  page: ':rotating_light:',
  ticket: ':warning:',
  note: ':information_source:',
};

/** Slack's limits are 3,000 characters for a section, 2,000 for a field and 10 fields. Escaping makes up to five characters of one. */
const LONGEST_TEXT = 550;
const LONGEST_FIELD = 350;
const MOST_FIELDS = 10;

/** The message about a notice. */
export function slackMessage(notice: Notice) {
  return notice.type === 'budget.threshold_reached' ? budgetMessage(notice) : message(notice, TITLES[notice.type]);
}

/** The message of a test. */
export const slackTest = (text: string) => ({ text, blocks: [section(text)] });

function message({ type, severity, text, tenant, runbook, data }: Notice, title: string) {
  const sign = isEnding(type) ? ':white_check_mark:' : SEVERITY_SIGNS[severity];
  const figures = [
    { label: 'Severity', value: severity },
    ...(tenant === null ? [] : [{ label: 'Tenant', value: tenant }]),
    ...noticeFigures(data).filter(({ label }) => label !== 'Tenant'),
  ];
  const sentence = escaped(oneLine(text, LONGEST_TEXT));
  return {
    text: `${title}: ${sentence}`,
    blocks: [
      section(`${sign} *${title}*\n${sentence}`),
      fields(figures.slice(0, MOST_FIELDS)),
      ...(runbook === null ? [] : [section(runbookLink(runbook))]),
    ],
  };
}

function budgetMessage({ text, tenant, data }: Notice) {
  const { scope, period, thresholdPercent, spentMicroUsd, capMicroUsd } = data;
  return {
    text: escaped(oneLine(text, LONGEST_TEXT)),
    blocks: [
      section(`:warning: *${thresholdPercent} %* of a ${periodWord(String(period))} budget is spent`),
      fields([
        { label: 'Tenant', value: String(tenant) },
        { label: 'Scope', value: String(scope) },
        { label: 'Period (UTC)', value: String(period) },
        { label: 'Spent', value: `${usd(Number(spentMicroUsd))} of ${usd(Number(capMicroUsd))}` },
      ]),
    ],
  };
}

/** Text that Slack shows as it is (`verbatim`), so that a name that looks like a link, a channel or a mention does not become one. */
const markdown = (text: string) => ({ type: 'mrkdwn' as const, text, verbatim: true });

const section = (text: string) => ({ type: 'section' as const, text: markdown(text) });

const fields = (all: readonly { label: string; value: string }[]) => ({
  type: 'section' as const,
  fields: all.map(({ label, value }) => markdown(`*${label}*\n${escaped(oneLine(value, LONGEST_FIELD))}`)),
});

const runbookLink = (runbook: string): string => {
  const address = escaped(oneLine(runbook, LONGEST_TEXT));
  return /^https?:\/\/[^\s|]+$/.test(address) ? `<${address}|Runbook>` : `Runbook: ${address}`;
};

/** Escapes Slack's three control characters: without them nothing becomes a mention or a link. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
