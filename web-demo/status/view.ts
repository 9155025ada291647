/** What the page shows, part by part: a part is drawn anew only where what it shows has changed. */
import { element, mark, type Tone } from './element.ts';
import { type Happening, happeningsOf } from './happened.ts';
import { promisesView, titleOf } from './promises.ts';
import type { StatusReport } from './report.ts';
import { type Overall, overallOf } from './standing.ts';
import type { StatusWords } from './words.ts';

/** `report`: the last one that came. `isAway`: the router did not answer since. `now`: epoch milliseconds. */
export interface Seen {
  report: StatusReport | null;
  isAway: boolean;
  now: number;
}

const TONES: Readonly<Record<Overall['kind'], Tone>> = {
  nothing: 'away',
  broken: 'bad',
  incident: 'warn',
  strained: 'warn',
  maintenance: 'away',
  kept: 'good',
  unknown: 'away',
};

export interface Page {
  show(seen: Seen): void;
}

/** `again`: looks for newer figures at once. */
export function pageIn(root: HTMLElement, words: StatusWords, again: () => void): Page {
  const parts = {
    hero: element('section', { class: 'hero', role: 'status' }),
    meta: element('p', { class: 'meta' }),
    notice: element('div', { class: 'notice', role: 'alert' }),
    promises: element('section', { 'aria-labelledby': 'promises' }),
    happened: element('section', { 'aria-labelledby': 'happened' }),
    foot: element('footer', {}),
  };
  root.replaceChildren(parts.hero, parts.notice, parts.promises, parts.happened, parts.foot);
  const drawn = new Map<Node, string>();
  const draw = (part: HTMLElement, of: unknown, nodes: () => readonly Node[]): void => {
    const key = JSON.stringify(of);
    if (drawn.get(part) === key) return;
    drawn.set(part, key);
    replace(part, nodes());
  };

  return {
    show({ report, isAway, now }) {
      const overall = report === null ? null : overallOf(report, now);
      const hero = heroOf(report, overall, isAway, words);
      parts.hero.dataset.tone = hero.tone;
      document.title = `${hero.title} · ${report?.service ?? words.title}`;
      draw(parts.hero, hero, () => [
        mark(hero.tone),
        element(
          'div',
          {},
          element('h1', {}, hero.title),
          ...hero.lines.map((line) => element('p', {}, line)),
          parts.meta,
        ),
      ]);
      parts.meta.textContent = report === null ? '' : words.measured(report.service, report.at);
      draw(parts.notice, isAway && report?.at, () => (isAway ? noticeOf(report, words, again) : []));
      if (report === null) return;
      const { at, objectives, averages, incidents, maintenance } = report;
      draw(parts.promises, { objectives, averages, day: Math.floor(at / 86_400_000) }, () =>
        promisesView(report, words),
      );
      const minute = Math.floor(now / 60_000);
      draw(parts.happened, { objectives, incidents, maintenance, minute }, () => happenedView(report, now, words));
      draw(parts.foot, report.contact, () => footOf(report.contact, words));
    },
  };
}

/** What was open stays open, and what had the focus keeps it. */
function replace(part: HTMLElement, nodes: readonly Node[]): void {
  const kept = (detail: Element): string => detail.getAttribute('data-keep') ?? '';
  const open = new Set([...part.querySelectorAll('details[open]')].map(kept));
  const focused = document.activeElement?.closest('details[data-keep]');
  const focus = focused && part.contains(focused) ? kept(focused) : null;
  part.replaceChildren(...nodes);
  for (const detail of part.querySelectorAll('details')) {
    if (open.has(kept(detail))) detail.open = true;
    if (focus === kept(detail)) detail.querySelector('summary')?.focus();
  }
}

interface Hero {
  tone: Tone;
  title: string;
  lines: string[];
}

function heroOf(report: StatusReport | null, overall: Overall | null, isAway: boolean, words: StatusWords): Hero {
  if (report === null || overall === null)
    return isAway
      ? { tone: 'warn', title: words.away.title, lines: [words.away.what] }
      : { tone: 'away', title: words.loading, lines: [] };
  const promises = [...report.objectives, ...report.averages];
  const named = (names: readonly string[]) =>
    promises.filter(({ name }) => names.includes(name)).map((one) => titleOf(one, words));
  const problems = report.incidents.filter(({ closedAt }) => closedAt === null).map(({ text }) => text);
  const names = overall.kind === 'broken' || overall.kind === 'strained' ? [named(overall.names).join(' · ')] : [];
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

function noticeOf(report: StatusReport | null, words: StatusWords, again: () => void): Node[] {
  const button = element('button', { type: 'button', class: 'quiet' }, words.away.again);
  button.addEventListener('click', again);
  return report === null ? [button] : [element('p', {}, words.away.stale(report.at)), button];
}

function happenedView(report: StatusReport, now: number, words: StatusWords): Node[] {
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
  const broken = report.objectives.find(({ name }) => name === one.objective);
  const touched = one.phase === 'over' ? say.touchedThen : say.touched;
  const title =
    one.kind === 'maintenance'
      ? `${figures.span(one.from, one.to ?? one.from)} · ${say.maintenance}`
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
    element('p', {}, one.text),
    broken !== undefined && element('p', {}, touched(titleOf(broken, words))),
  );
}

/** An address to write to, or a page, is a link; anything else stays text. */
function footOf(contact: string | null, { foot: say }: StatusWords): Node[] {
  const href =
    contact === null
      ? null
      : /^https:\/\/\S+$/.test(contact)
        ? contact
        : /^[^\s@:/?]+@[^\s@:/?]+$/.test(contact)
          ? `mailto:${contact}`
          : null;
  const shown = href === null ? contact : element('a', { href }, contact);
  return [
    ...(contact === null ? [] : [element('p', {}, `${say.contact} `, shown)]),
    element('p', {}, element('a', { href: './slo' }, say.json)),
  ];
}
