/** Shows what happened and what is planned. */
import { element } from './element.ts';
import { type Happening, happeningsOf, sentenceOf } from './happened.ts';
import { titleOf } from './promises.ts';
import { promisesOf, type StatusReport } from './report.ts';
import type { StatusWords } from './words.ts';

export function happenedView(report: StatusReport, now: number, words: StatusWords): Node[] {
  const { happened: say } = words;
  const happenings = happeningsOf(report, now);
  const list = element('ol', { class: 'happenings' }, ...happenings.map((one) => happening(one, report, now, words)));
  return [
    element('h2', { id: 'happened' }, say.heading),
    happenings.length === 0 ? element('p', { class: 'under' }, say.nothing) : list,
  ];
}

function happening(one: Happening, report: StatusReport, now: number, words: StatusWords): Node {
  const { happened: say, figures } = words;
  const promised = promisesOf(report).find(({ name }) => name === one.objective);
  const broken = promised?.kind === 'share' ? promised : undefined;
  const touched = one.phase === 'over' ? say.touchedThen : say.touched;
  const title =
    one.kind !== 'incident'
      ? `${figures.span(one.from, one.to ?? one.from)} · ${say[one.kind]}`
      : `${figures.day(one.from, now)} · ${
          one.to === null ? say.goingOn(say.problem, now - one.from) : say.solved(say.problem, one.to - one.from)
        }`;
  const tone = one.phase === 'now' ? (one.kind === 'incident' ? 'warn' : 'away') : null;
  return element(
    'li',
    {},
    element(
      'h3',
      {},
      `${title} `,
      element('span', { class: one.phase === 'over' ? 'visually-hidden' : 'pill', 'data-tone': tone }, say[one.phase]),
    ),
    element('p', {}, sentenceOf(one, report, words)),
    broken !== undefined && element('p', {}, touched(titleOf(broken, words))),
  );
}
