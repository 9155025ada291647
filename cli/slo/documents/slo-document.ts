/** `slo.md`: what clients are promised, on one page. */
import type { Config } from '../../../worker/core/config/config.ts';
import { SHARE_IN_TIME } from '../../../worker/core/config/slo-presets.ts';
import type { Sli, Slo } from '../../../worker/core/slo/slo.ts';
import { dependencyFacts, dependencyLines, tiersOf } from './dependencies.ts';
import type { Draft } from './document.ts';
import { escapeMarkdown, listText, table } from './markdown.ts';
import { budgetRows, promiseFacts, promiseRows, promisesForClients, targetFacts } from './promises.ts';
import { creditTexts, maintenanceText, termFacts, windowLines } from './terms.ts';
import { countText, duration, percent } from './words.ts';

/** The document for clients. */
export function sloDocument({ slo, features, publicUrl }: Pick<Config, 'slo' | 'features' | 'publicUrl'>): Draft {
  const names = [...features.keys()];
  return {
    title: `${escapeMarkdown(slo.service)}: what we promise`,
    body: [
      `This page says what users of ${escapeMarkdown(slo.service)} can rely on, how we measure it, and what follows when we miss it.`,
      '',
      '## Promises',
      '',
      ...promises(slo),
      ...reasons(slo),
      ...dependencies(slo),
      ...classes(slo),
      ...heading('What it covers'),
      `- Features: ${listText(names)}.`,
      '- Requests within the agreed rates and budgets. A request above them is refused, told when to come back, and counts neither way.',
      `- A promise holds over a rolling window, which ends now. Times are UTC. The figures of each day are kept for ${countText(slo.retentionDays, 'day')}.`,
      ...heading('How we measure'),
      'Our router measures each request at its edge, from its arrival to the last byte of the answer. It keeps counts and times, and never what was asked or answered.',
      '',
      ...measures(slo),
      ...heading('Error budget'),
      'We aim a little higher than we promise. What our own target leaves is the error budget: this much may go wrong before we stop and repair.',
      '',
      ...table(['promise', 'our target', 'may go wrong', 'as an outage of everything'], budgetRows(slo)),
      '',
      'We are alerted long before it is used up. While it is used up, work on reliability goes before new features.',
      ...heading('What does not count'),
      '- Requests that the caller got wrong: a broken body, an unknown name, a missing or revoked key.',
      '- Requests above agreed rates and budgets, and misuse.',
      '- Requests that the caller stopped or left before the first word. One that waited longer than a promised time still counts as too slow.',
      '- Rehearsals: requests that meet a fault which we induce on purpose.',
      '- Announced maintenance.',
      ...heading('Maintenance'),
      escapeMarkdown(maintenanceText(slo)),
      ...windowLines(slo),
      ...credits(slo),
      ...heading('Contact'),
      ...contact(slo, publicUrl),
    ],
    facts: {
      ...termFacts(slo),
      features: { covered: listText(names) },
      'an old answer in the place of an error': { 'counts as': slo.staleIs },
      ...(publicUrl !== undefined && { 'status page': { is: `${publicUrl}/status` } }),
      ...promiseFacts(slo),
      ...targetFacts(slo),
      ...dependencyFacts(slo),
    },
  };
}

const heading = (text: string): string[] => ['', `## ${text}`, ''];

/** The table of promises, with a column for tiers if there are any. */
function promises(slo: Slo): string[] {
  const [tiers, head] = [tiersOf(slo), ['promise', 'for', 'what', 'over the last']];
  if (tiers.size === 0) return table(head, promiseRows(slo));
  const rows = promiseRows(slo).map(([name = '', ...rest]) => [name, ...rest, tiers.get(name) ?? '–']);
  return [
    ...table([...head, 'tier'], rows),
    '',
    'The tier says how much depends on a promise: most on tier 1, least on tier 3.',
  ];
}

function dependencies(slo: Slo): string[] {
  const lines = dependencyLines(slo);
  return lines.length === 0 ? [] : [...heading('What depends on what'), ...lines];
}

function reasons(slo: Slo): string[] {
  const lines = promisesForClients(slo).objectives.flatMap(({ name, why }) =>
    why === null ? [] : [`- **${name}**: ${escapeMarkdown(why)}`],
  );
  return lines.length === 0 ? [] : ['', 'Why these:', '', ...lines];
}

/** The classes of tenants. Tenants are not listed, so a client does not learn who the others are. */
function classes({ classes }: Slo): string[] {
  if (classes.size === 0) return [];
  const rows = [...classes].map(([name, { success, ttftMs, latencyMs }]) => [
    ...[name, success === undefined ? '–' : percent(success)],
    ...[ttftMs, latencyMs].map((ms) => (ms === undefined ? '–' : duration(ms))),
  ]);
  return [
    ...heading('Service classes'),
    `A client with a service class is promised this for its own requests. The times hold for ${percent(SHARE_IN_TIME)} of them.`,
    '',
    ...table(['class', 'requests answered', 'first word within', 'whole answer within'], rows),
  ];
}

const MEASURES: Readonly<Record<Sli['kind'], string>> = {
  success: 'An answer counts as given when it came whole, whichever provider wrote it.',
  ttft: 'The first word: from the arrival of the request to the first part of the answer that we send. An answer sent in one piece counts when it is sent.',
  latency: 'The whole answer: from the arrival of the request to the last byte.',
  cost: 'Cost: what providers charge for the request, failed attempts included.',
  valid: 'The JSON schema: checked in a sample of the answers for which one was asked.',
  quality: 'Quality: what users say of answers, and, if a judge is set up, what it says of a sample.',
  external: 'Figures of other services count as these report them.',
  all: 'A promise of several parts counts a request as good if all parts do.',
};

function measures(slo: Slo): string[] {
  const { objectives, averages } = promisesForClients(slo);
  const kinds = new Set(objectives.map(({ sli }) => sli.kind));
  const lines = (Object.keys(MEASURES) as Sli['kind'][]).filter(
    (kind) => kinds.has(kind) || (kind === 'cost' && averages.length > 0),
  );
  const stale =
    slo.staleIs === 'good'
      ? 'An older answer, given while every provider is down and marked as such, counts as an answer.'
      : 'An older answer, given while every provider is down, counts as a failure.';
  return [...lines.map((kind) => `- ${MEASURES[kind]}`), ...(kinds.has('success') ? [`- ${stale}`] : [])];
}

function credits(slo: Slo): string[] {
  const lines = creditTexts(slo);
  if (lines.length === 0) return [];
  return [
    ...heading('Credits'),
    'If a calendar month ends with fewer requests answered than promised, we credit:',
    '',
    ...lines.map((line) => `- ${escapeMarkdown(line)}`),
  ];
}

function contact({ contact, reviewEveryDays }: Slo, publicUrl: string | undefined): string[] {
  return [
    ...(contact === null ? [] : [`- Write to ${escapeMarkdown(contact)}.`]),
    ...(publicUrl === undefined ? [] : [`- The current state: ${publicUrl}/status`]),
    `- We review these promises every ${countText(reviewEveryDays, 'day')}, and send a report for each month.`,
  ];
}
