/** A month's report as one HTML file, without a script or anything to load. */
import type { DayState } from '../../../worker/core/slo/history.ts';
import { budgetBar, dayCells } from './day-cells.ts';
import { type Html, html } from './html.ts';
import type { PromiseWords } from './promise-words.ts';
import { DAY_WORDS, daysText, type EventSection, type ReportWords } from './report-words.ts';
import { REPORT_STYLE } from './style.ts';

/** The whole file. */
export function htmlReport(said: ReportWords): string {
  const { service, tenant, month, verdict, notes, figures, promises, happened, explained, contact, made } = said;
  const title = `${service}: ${month}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${styles}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="beside">What was promised and what was delivered${tenant === null ? '' : `, for ${tenant}`}</p>
</header>
<main>
<p class="verdict ${stateOf(verdict.isKept)}">${verdict.text}</p>
${notes.map((note) => html`<p class="note">${note}</p>`)}
<dl class="figures">${figures.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${promises.length === 0 ? [] : [promised(said), numbers(promises)]}
${happened.map(happenedSection)}
<section class="whole"><h2>How to read this</h2><ul class="explained">${explained.map((line) => html`<li>${line}</li>`)}</ul></section>
</main>
<footer>Made on ${made} UTC.${contact === null ? '' : ` Questions: ${contact}.`}</footer>
</body>
</html>
`.html;
}

const styles: Html = { html: REPORT_STYLE };

const STATES = { kept: 'kept', missed: 'missed', unknown: 'no requests' } as const;
const stateOf = (isKept: boolean | null): keyof typeof STATES =>
  isKept === null ? 'unknown' : isKept ? 'kept' : 'missed';

const promised = ({ promises, daysInMonth }: ReportWords): Html => html`<section>
<h2>Promised and delivered</h2>
<div class="wide" role="region" aria-label="Promised and delivered" tabindex="0"><table>
<thead><tr><th>promise</th><th class="number">promised</th><th class="number">delivered</th><th>state</th><th class="number">error budget used</th><th>day by day</th></tr></thead>
<tbody>${promises.map((one) => promisedRow(one, daysInMonth))}</tbody>
</table></div>
<ul class="key">${(Object.keys(DAY_WORDS) as DayState[]).map((state) => html`<li>${dayCells([state], 1)}${DAY_WORDS[state]}</li>`)}</ul>
</section>`;

function promisedRow(promise: PromiseWords, daysInMonth: number): Html {
  const { name, feature, text, promised: share, delivered, isKept, budget, budgetShare, days } = promise;
  const state = stateOf(isKept);
  return html`
<tr><td>${text}<span class="name">${name}, for ${feature}</span></td><td class="number">${share}</td><td class="number">${delivered}</td><td class="state ${state}">${STATES[state]}</td><td class="number">${budget}${budgetShare === null ? [] : budgetBar(budgetShare)}</td><td class="calendar">${days.length === 0 ? '–' : [dayCells(days, daysInMonth), html`<span class="name">${daysText(days)}</span>`]}</td></tr>`;
}

const numbers = (promises: readonly PromiseWords[]): Html => html`<section class="details">
<h2>In numbers</h2>
<div class="wide" role="region" aria-label="In numbers" tabindex="0"><table>
<thead><tr><th>promise</th><th class="number">requests counted</th><th class="number">of these bad</th><th class="number">as an outage</th><th>not counted</th></tr></thead>
<tbody>${promises.map(
  ({ name, counted, bad, outage, excluded }) => html`
<tr><td>${name}</td><td class="number">${counted}</td><td class="number">${bad}</td><td class="number">${outage}</td><td>${excluded}</td></tr>`,
)}</tbody>
</table></div>
</section>`;

const happenedSection = ({ title, none, summary, entries }: EventSection): Html =>
  html`<section class="${entries.length > 6 ? '' : 'whole'}"><h2>${title}</h2>${
    entries.length === 0
      ? html`<p class="note">${none}</p>`
      : html`<ul class="happened">${entries.map(({ when, text }) => html`<li><strong>${when}</strong>${text}</li>`)}</ul>`
  }${summary === '' ? [] : html`<p class="note">${summary}</p>`}</section>
`;
