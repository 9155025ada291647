/** The page, part by part. A part is drawn again only if its contents have changed. */
import { element, mark } from './element.ts';
import { happenedView } from './happened-view.ts';
import { heroOf } from './hero.ts';
import { promisesView } from './promises.ts';
import type { Away, Seen, StatusReport } from './report.ts';
import type { StatusWords } from './words.ts';

export interface Page {
  show(seen: Seen): void;
}

/** `again`: called to look for newer figures at once. */
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
    show({ report, away, now }) {
      const hero = heroOf({ report, away, now }, words);
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
      draw(parts.notice, [away, report?.at], () => (away === null ? [] : noticeOf(report, away, words, again)));
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

/** Replaces the nodes of a part. What was open stays open, and what had the focus keeps it. */
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

function noticeOf(report: StatusReport | null, away: Away, words: StatusWords, again: () => void): Node[] {
  const button = element('button', { type: 'button', class: 'quiet' }, words.away.again);
  button.addEventListener('click', again);
  return report === null ? [button] : [element('p', {}, words.away[away].stale(report.at)), button];
}

/** The foot. A contact that is an email address or a page is a link. Anything else stays text. */
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
