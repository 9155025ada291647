/** The one sentence that says how things are, with its details. */
import type { Tone } from './element.ts';
import { happeningsOf, sentenceOf } from './happened.ts';
import { titleOf } from './promises.ts';
import { promisesOf, type Seen } from './report.ts';
import { type Overall, overallOf } from './standing.ts';
import type { StatusWords } from './words.ts';

const TONES: Readonly<Record<Overall['kind'], Tone>> = {
  nothing: 'away',
  broken: 'bad',
  incident: 'warn',
  strained: 'warn',
  maintenance: 'away',
  kept: 'good',
  unknown: 'away',
};

/** The first lines of the page. */
export interface Hero {
  tone: Tone;
  title: string;
  lines: string[];
}

export function heroOf({ report, away, now }: Seen, words: StatusWords): Hero {
  if (report === null)
    return away === null
      ? { tone: 'away', title: words.loading, lines: [] }
      : { tone: 'warn', title: words.away[away].title, lines: [words.away[away].what] };
  const overall = overallOf(report, now);
  const named = (names: readonly string[]) =>
    promisesOf(report)
      .filter(({ name }) => names.includes(name))
      .map((one) => titleOf(one, words));
  const problems = happeningsOf(report, now)
    .filter(({ kind, phase }) => kind === 'incident' && phase === 'now')
    .map((one) => sentenceOf(one, report, words));
  const names =
    overall.kind === 'broken' || overall.kind === 'strained'
      ? [words.concerned[overall.kind](named(overall.names).join(' · '))]
      : [];
  const lines = overall.kind === 'nothing' ? [words.nothingWhat] : [...names, ...problems];
  return { tone: TONES[overall.kind], title: overallText(overall, words), lines };
}

function overallText(overall: Overall, { overall: say }: StatusWords): string {
  switch (overall.kind) {
    case 'broken':
    case 'strained':
      return say[overall.kind](overall.names.length, overall.of);
    case 'maintenance':
      return say.maintenance(overall.until);
    case 'kept':
      return say.kept(overall.of);
    default:
      return say[overall.kind];
  }
}
