/** Days as cells, with a table one press away. */
import type { DayState } from '../../worker/core/slo/history.ts';
import { element } from './element.ts';
import type { StatusWords } from './words.ts';

const DAY_MS = 86_400_000;
const STATES: readonly DayState[] = ['kept', 'strained', 'broken', 'no_data'];

/** `name`: the promise's name. `today`: any moment of the last day, in epoch milliseconds. */
export function daysView(
  name: string,
  title: string,
  days: readonly DayState[],
  today: number,
  words: StatusWords,
): Node[] {
  const { figures, days: say } = words;
  const at = (index: number): number => today - (days.length - 1 - index) * DAY_MS;
  const told = (index: number): string => `${figures.utcDay(at(index))}: ${say.state[days[index] ?? 'no_data']}`;

  const counts = STATES.map((state) => [state, days.filter((day) => day === state).length] as const);
  const parts = counts.filter(([, count]) => count > 0).map(([state, count]) => say.some(count, say.state[state]));
  const cells = element(
    'div',
    { class: 'cells', role: 'img', 'aria-label': say.summary(days.length, parts) },
    ...days.map((state) => element('i', { 'data-day': state })),
  );
  const first = say.first(days.length);
  // While the pointer is over a day, this text is about that day.
  const left = element('span', {}, first);
  cells.addEventListener('pointermove', (event) => {
    const index = [...cells.children].indexOf(event.target as Element);
    if (index !== -1) left.textContent = told(index);
  });
  cells.addEventListener('pointerleave', () => {
    left.textContent = first;
  });
  return [
    cells,
    element('p', { class: 'axis', 'aria-hidden': 'true' }, left, element('span', {}, say.last)),
    tableView(name, title, days, at, words),
  ];
}

/** The table of days. Its rows are made when it is opened. */
function tableView(
  name: string,
  title: string,
  days: readonly DayState[],
  at: (index: number) => number,
  { figures, days: say }: StatusWords,
): Node {
  const summary = element('summary', { 'aria-label': `${say.table}: ${title}` }, say.table);
  const details = element('details', { 'data-keep': name }, summary);
  details.addEventListener('toggle', () => {
    if (!details.open || details.childElementCount > 1) return;
    const rows = days.map((state, index) =>
      element(
        'tr',
        { 'data-day': state },
        element('th', { scope: 'row' }, figures.utcDay(at(index))),
        element('td', {}, say.state[state]),
      ),
    );
    details.append(
      element(
        'table',
        {},
        element('caption', {}, say.caption(title)),
        element('thead', {}, element('tr', {}, head(say.day), head(say.how))),
        element('tbody', {}, ...rows.reverse()),
      ),
    );
  });
  return details;
}

const head = (text: string): Node => element('th', { scope: 'col' }, text);
