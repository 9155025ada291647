/** A month's report as Markdown. */
import { escaped, table } from '../documents/markdown.ts';
import { daysText, type Happened, type Said } from './said.ts';

/** The whole file. */
export function markdownReport(said: Said): string {
  const { service, tenant, month, verdict, notes, figures, promises, happened, explained, contact, made } = said;
  const judged = promises.filter(({ days }) => days.length > 0);
  return [
    `# ${escaped(service)}: ${month}`,
    '',
    ...(tenant === null ? [] : [`For ${escaped(tenant)}.`, '']),
    `**${escaped(verdict.text)}**`,
    ...notes.flatMap((note) => ['', escaped(note)]),
    '',
    ...table(
      figures.map(({ name }) => name),
      [figures.map(({ value }) => escaped(value))],
    ),
    ...heading('Promised and delivered'),
    ...table(
      ['promise', 'for', 'promised', 'delivered', '', 'error budget used'],
      promises.map((one) => [
        ...[
          `${escaped(one.text)} (${escaped(one.name)})`,
          escaped(one.feature),
          escaped(one.promised),
          escaped(one.delivered),
        ],
        ...[one.isKept === null ? 'no requests' : one.isKept ? 'kept' : '**missed**', one.budget],
      ]),
    ),
    ...(judged.length === 0 ? [] : heading('Day by day')),
    ...judged.map(({ name, days }) => `- ${escaped(name)}: ${daysText(days)}.`),
    ...heading('In numbers'),
    ...table(
      ['promise', 'requests counted', 'of these bad', 'as an outage', 'not counted'],
      promises.map((one) => [escaped(one.name), one.counted, one.bad, one.outage, escaped(one.excluded)]),
    ),
    ...happened.flatMap(happenedLines),
    ...heading('How to read this'),
    ...explained.map((line) => `- ${escaped(line)}`),
    '',
    `Made on ${made} UTC.${contact === null ? '' : ` Questions: ${escaped(contact)}.`}`,
    '',
  ].join('\n');
}

const heading = (text: string): string[] => ['', `## ${text}`, ''];

const happenedLines = ({ title, none, summary, entries }: Happened): string[] => [
  ...heading(title),
  ...(entries.length === 0 ? [none] : entries.map(({ when, text }) => `- **${when}**: ${escaped(text)}`)),
  ...(summary === '' ? [] : ['', summary]),
];
