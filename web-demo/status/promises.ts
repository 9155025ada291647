/** The promises, in words a client understands. */
import { daysView } from './days.ts';
import { element } from './element.ts';
import { type Promised, promisesOf, type StatusReport } from './report.ts';
import { standingOf } from './standing.ts';
import type { StatusWords } from './words.ts';

/** The promise as a short sentence. */
export function titleOf(promise: Promised, { promises: say }: StatusWords): string {
  if (promise.kind === 'average') return say.averageCost(promise.averageUsd);
  switch (promise.sli) {
    case 'ttft':
    case 'latency':
      return say[promise.sli](promise.under ?? '');
    case 'cost':
      return say.cost(promise.atMostUsd ?? 0);
    case 'external':
      return say.external(promise.name);
    default:
      return say[promise.sli];
  }
}

/** What was delivered: `99.71 % · promise 99.5 %`. */
export function figuresOf(promise: Promised, { promises: say, figures }: StatusWords): string {
  if (promise.kind === 'average') return promise.valueUsd === null ? say.noTraffic : say.average(promise.valueUsd);
  const { value, target, promised, total, sli } = promise;
  const promise_ = say.promise(figures.promised(promised));
  if (value === null) return `${say.noTraffic} · ${promise_}`;
  const isOfAnswers = sli !== 'success' && sli !== 'external' && sli !== 'composite';
  return `${say.share(figures.percent(value, target), total, isOfAnswers)} · ${promise_}`;
}

export function promisesView(report: StatusReport, words: StatusWords): Node[] {
  const { promises: say } = words;
  const all = promisesOf(report);
  if (all.length === 0) return [];
  const usual = all[0]?.window ?? '';
  const features = [...new Set(all.map(({ feature }) => feature))];
  const hasDays = all.some(({ days }) => days !== undefined);
  const card = (promise: Promised): Node => cardOf(promise, all, promise.window !== usual, report.at, words);
  return [
    element('h2', { id: 'promises' }, say.heading),
    element('p', { class: 'under' }, hasDays ? `${say.over(usual)} ${say.cells}` : say.over(usual)),
    ...features.flatMap((feature) => [
      features.length > 1 && element('h3', {}, feature ?? say.everything),
      element('ul', { class: 'cards' }, ...all.filter((one) => one.feature === feature).map(card)),
    ]),
  ].filter((node) => node !== false);
}

function cardOf(
  promise: Promised,
  all: readonly Promised[],
  showsWindow: boolean,
  at: number,
  words: StatusWords,
): Node {
  const { promises: say } = words;
  const standing = standingOf(promise);
  const title = titleOf(promise, words);
  // If two promises have the same words, their names are added.
  const isTwice = all.some(
    (other) => other !== promise && other.feature === promise.feature && titleOf(other, words) === title,
  );
  const heading = isTwice ? `${title} (${promise.name})` : title;
  const isLoud = standing === 'strained' || standing === 'broken';
  const tone = standing === 'broken' ? 'bad' : 'warn';
  return element(
    'li',
    { class: 'card', 'data-promise': promise.name },
    element(
      'div',
      { class: 'row' },
      element('p', { class: 'what' }, heading),
      element(
        'p',
        { class: 'figures' },
        figuresOf(promise, words),
        showsWindow && ` ${say.overOwn(promise.window)}`,
        ' ',
        element('span', { class: isLoud ? 'pill' : 'visually-hidden', 'data-tone': tone }, say.standing[standing]),
      ),
    ),
    ...besides(promise, all, at, words).map((text) => element('p', { class: 'under' }, text)),
    ...(promise.days === undefined ? [] : daysView(promise.name, heading, promise.days, at, words)),
  );
}

/** The lines below a promise: its parts, its dependencies, and when it will be broken. */
function besides(promise: Promised, all: readonly Promised[], at: number, words: StatusWords): string[] {
  if (promise.kind === 'average') return [];
  const { promises: say } = words;
  const told = (one: Promised): string => {
    const standing = standingOf(one);
    const title = titleOf(one, words);
    return standing === 'broken' || standing === 'strained' ? `${title} (${say.standing[standing]})` : title;
  };
  const titles = (names: readonly string[]) => all.filter(({ name }) => names.includes(name)).map(told);
  const parts = titles(promise.of);
  const needs = titles((promise.dependsOn ?? []).map(({ objective }) => objective));
  // The budget belongs to the target. It says something about the promise only if both are the same.
  const { exhaustsAt, promised, target } = promise;
  const breaks = exhaustsAt !== null && promised === target && standingOf(promise) === 'strained';
  return [
    ...(parts.length > 0 ? [say.compositeOf(parts)] : []),
    ...(needs.length > 0 ? [say.dependsOn(needs)] : []),
    ...(breaks ? [say.exhausts(exhaustsAt - at)] : []),
  ];
}
