/** A month's report as Markdown. */
import { escapeMarkdown, table } from '../documents/markdown.ts';
import { daysText, type EventSection, type ReportWords } from './report-words.ts';

/** The whole file. */
export function markdownReport(said: ReportWords): string {
  const { service, tenant, month, verdict, notes, figures, promises, happened, explained, contact, made } = said;
  const judged = promises.filter(({ days }) => days.length > 0);
  return [
    `# ${escapeMarkdown(service)}: ${month}`,
    '',
    ...(tenant === null ? [] : [`For ${escapeMarkdown(tenant)}.`, '']),
    `**${escapeMarkdown(verdict.text)}**`,
    ...notes.flatMap((note) => ['', escapeMarkdown(note)]),
    '',
    ...table(
      figures.map(({ name }) => name),
      [figures.map(({ value }) => escapeMarkdown(value))],
    ),
    ...heading('Promised and delivered'),
    ...table(
      ['promise', 'for', 'promised', 'delivered', '', 'error budget used'],
      promises.map((one) => [
        ...[
          `${escapeMarkdown(one.text)} (${escapeMarkdown(one.name)})`,
          escapeMarkdown(one.feature),
          escapeMarkdown(one.promised),
          escapeMarkdown(one.delivered),
        ],
        ...[one.isKept === null ? 'no requests' : one.isKept ? 'kept' : '**missed**', one.budget],
      ]),
    ),
    ...(judged.length === 0 ? [] : heading('Day by day')),
    ...judged.map(({ name, days }) => `- ${escapeMarkdown(name)}: ${daysText(days)}.`),
    ...heading('In numbers'),
    ...table(
      ['promise', 'requests counted', 'of these bad', 'as an outage', 'not counted'],
      promises.map((one) => [escapeMarkdown(one.name), one.counted, one.bad, one.outage, escapeMarkdown(one.excluded)]),
    ),
    ...happened.flatMap(happenedLines),
    ...heading('How to read this'),
    ...explained.map((line) => `- ${escapeMarkdown(line)}`),
    '',
    `Made on ${made} UTC.${contact === null ? '' : ` Questions: ${escapeMarkdown(contact)}.`}`,
    '',
  ].join('\n');
}

const heading = (text: string): string[] => ['', `## ${text}`, ''];

const happenedLines = ({ title, none, summary, entries }: EventSection): string[] => [
  ...heading(title),
  ...(entries.length === 0 ? [none] : entries.map(({ when, text }) => `- **${when}**: ${escapeMarkdown(text)}`)),
  ...(summary === '' ? [] : ['', summary]),
];
