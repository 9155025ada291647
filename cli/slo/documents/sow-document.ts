/** `sow-clause.md`: the promises as a clause for a statement of work. */
import type { Config } from '../../../worker/core/config/config.ts';
import { SHARE_IN_TIME } from '../../../worker/core/config/slo-presets.ts';
import type { Slo } from '../../../worker/core/slo/slo.ts';
import type { Draft } from './document.ts';
import { escapeMarkdown, listText } from './markdown.ts';
import { averageText, featureText, promiseFacts, promisesForClients, promiseText } from './promises.ts';
import { creditTexts, maintenanceText, termFacts } from './terms.ts';
import { countText, duration, percent } from './words.ts';

/** The clause. Everything in it is a proposal, and a lawyer has the last word. */
export function sowDocument({ slo, features }: Pick<Config, 'slo' | 'features'>): Draft {
  const service = escapeMarkdown(slo.service);
  const names = listText([...features.keys()]);
  const credits = creditTexts(slo);
  return {
    title: `${service}: reliability clause for a statement of work`,
    body: [
      '> **This is not legal advice.** It is a draft made from a configuration file. Have a lawyer adapt it before anybody signs it.',
      '',
      '“We” is the party that runs the service, “you” is the client.',
      ...heading(1, 'The service'),
      `We run ${service} (the “Service”) for the features ${names}. It passes requests to several approved providers of language models, and to another one when one fails.`,
      ...heading(2, 'Service level objectives'),
      'We commit to the following, measured at the edge of our router over a rolling window that ends at the time of measurement:',
      '',
      ...objectives(slo),
      ...classes(slo),
      ...heading(3, 'Measurement'),
      `Each request is measured from its arrival at our router to the last byte of the answer. The records hold counts, times and costs, and no text of questions or answers. We keep the figures of each day for ${countText(slo.retentionDays, 'day')}. For each calendar month (UTC) you receive a report of what was promised and what was delivered, and on request the results of our failover rehearsals.`,
      ...heading(4, 'Error budget and remedy'),
      'What an objective leaves below 100 % is its error budget. While the error budget of an objective is used up we will (a) hold back changes that put reliability at risk, (b) put repairs first, such as moving traffic to a healthy provider or serving shorter and cheaper answers, and (c) review the causes with you.',
      ...heading(5, 'What does not count'),
      `Left out of all figures are: requests that are wrong by their sender's doing or carry no valid key; requests above the agreed rates, volumes or budgets; misuse by third parties; requests that their sender stopped before an answer began, unless they had waited longer than a promised time; requests of failover rehearsals; and planned maintenance. ${escapeMarkdown(maintenanceText(slo))}`,
      ...heading(6, 'Credits'),
      ...(credits.length === 0
        ? ['No credits are agreed. Section 4 says what we do when an objective is missed.']
        : [
            'If in a calendar month the share of requests answered falls below a threshold, you receive a credit. Only the highest one that applies is due. It is your sole remedy for that shortfall as far as the law allows.',
            '',
            ...credits.map((line) => `- ${escapeMarkdown(line)}`),
          ]),
      ...heading(7, 'Incidents and contact'),
      `We publish incidents and their end on the status page.${slo.contact === null ? '' : ` You reach us at ${escapeMarkdown(slo.contact)}.`} Both parties review the objectives every ${countText(slo.reviewEveryDays, 'day')}; a change of an objective takes effect when both have agreed to it in writing.`,
    ],
    facts: { ...termFacts(slo), features: { covered: names }, ...promiseFacts(slo) },
  };
}

const heading = (number: number, text: string): string[] => ['', `## ${number}. ${text}`, ''];

function objectives(slo: Slo): string[] {
  const told = promisesForClients(slo);
  const clause = (feature: string | null, text: string, windowMs: number, index: number) =>
    `- (${letter(index)}) ${escapeMarkdown(`${featureText(feature)}: ${text}`)} Window: ${duration(windowMs)}.`;
  return [
    ...told.objectives.map(({ sli, of, promised, feature, windowMs }) => ({
      text: promiseText(sli, of, promised),
      feature,
      windowMs,
    })),
    ...told.averages.map((one) => ({ text: averageText(one), feature: one.feature, windowMs: one.windowMs })),
  ].map(({ feature, text, windowMs }, index) => clause(feature, text, windowMs, index));
}

function classes(slo: Slo): string[] {
  if (slo.classes.size === 0) return [];
  const lines = [...slo.classes].flatMap(([name, { success, ttftMs, latencyMs }]) => {
    const parts = [
      ...(success === undefined ? [] : [`${percent(success)} of requests are answered`]),
      ...(ttftMs === undefined ? [] : [`the first word comes within ${duration(ttftMs)}`]),
      ...(latencyMs === undefined ? [] : [`the whole answer comes within ${duration(latencyMs)}`]),
    ];
    return parts.length === 0 ? [] : [`- ${name}: ${listText(parts)}.`];
  });
  return [
    '',
    `If your order names a service class, this holds for your own requests over 30 days; the times hold for ${percent(SHARE_IN_TIME)} of them:`,
    '',
    ...lines,
  ];
}

/** `a` to `z`, then `aa`. */
const letter = (index: number): string =>
  (index < 26 ? '' : letter(Math.floor(index / 26) - 1)) + String.fromCharCode(97 + (index % 26));
