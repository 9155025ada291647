import { KINDS } from '../subject/subject.ts';
import { judge, shownAs } from './aims.ts';
import { loadLine, type Machine } from './machine.ts';
import type { Row } from './row.ts';

const LABEL_WIDTH = 54;
const WIDTHS = [9, 11, 10, 10, 10, 11, 8];
const AGAINST_WIDTHS = [11, 10, 8, 8];
const HEADS = ['', 'Carryon', 'reference', 'over it', 'q10', 'total', 'aim', ''];
const AGAINST_HEADS = ['against', 'over that', 'q10', 'total'];

export function heading(mode: string, machine: Machine): string {
  const { date, commit, against, cores, processor, memoryGiB, system, node, workerd, loadBefore, stateIn } = machine;
  return [
    `Carryon against pass-through Workers, all in plain workerd. ${mode} run of ${commit}, ${date}`,
    ...(against === undefined ? [] : [`"against" is the Worker of ${against}, in the same rounds.`]),
    `${cores} cores (${processor}), ${memoryGiB} GiB, ${system}, node ${node}, workerd ${workerd}`,
    loadLine(loadBefore),
    `The Workers' state is ${stateIn === 'memory' ? 'in memory' : 'on disk'}.`,
    'Medians of the rounds; "over it" is taken round by round. q10: the least disturbed tenth of the rounds. total: all rounds together.',
    'The reference is the bare Worker where no other is named.',
  ].join('\n');
}

/** Prints rows by group. They come piece by piece, so the table remembers which group it is in. */
export class Table {
  readonly #hasAgainst: boolean;
  #group: string | undefined;

  constructor(hasAgainst = false) {
    this.#hasAgainst = hasAgainst;
  }

  text(rows: readonly Row[]): string {
    return rows.map((row) => this.#lines(row).join('\n')).join('\n');
  }

  #lines(row: Row): string[] {
    const lines: string[] = [];
    if (this.#group === undefined) lines.push(line(HEADS, this.#hasAgainst ? AGAINST_HEADS : []));
    if (row.group !== this.#group) lines.push(`\n${row.group}`);
    this.#group = row.group;
    return [...lines, line(cells(row), againstCells(row))];
  }
}

/**
 * The cells of a row: its label, its own figure, the reference's figure, the comparison of the two in three ways, the aim, and whether it
 * is met.
 */
export function cells(row: Row): string[] {
  const verdict = judge(row);
  const kind = shownAs(row);
  const { over, value, unit } = row;
  const shown = (figure: number | undefined) =>
    figure === undefined ? '' : kind === 'ratio' ? `× ${short(figure)}` : (figure > 0 ? '+' : '') + short(figure);
  const relation = over?.[kind];
  return [
    `  ${labelOf(row)}${unit && unit !== '/s' ? `, ${unit}` : ''}`,
    short(value.median),
    over === undefined ? '' : short(over.value.median),
    shown(relation?.median),
    shown(relation?.q10),
    shown(relation?.total),
    verdict?.text ?? '',
    verdict === undefined ? '' : verdict.met ? 'met' : 'missed',
  ];
}

function againstCells({ against }: Row): string[] {
  if (against === undefined) return [];
  const { median, q10, total } = against.ratio;
  return [short(against.value.median), ...[median, q10, total].map((figure) => `× ${short(figure)}`)];
}

/** The label, with the reference if it is not the bare Worker. */
function labelOf({ label, over }: Row): string {
  const reference = over?.reference ?? 'bare';
  const isNamed = reference === 'bare' || label.includes(KINDS[reference].title) || reference === 'bareLongPrompts';
  return isNamed ? label : `${label} (over ${KINDS[reference].title})`;
}

function line([label = '', ...others]: string[], against: string[]): string {
  const columns = others.map((text, column) => text.padStart(WIDTHS[column] ?? 0));
  const more = against.map((text, column) => text.padStart(AGAINST_WIDTHS[column] ?? 0));
  return (label.padEnd(LABEL_WIDTH) + columns.join('') + more.join('')).trimEnd();
}

/** Three significant figures, never in scientific notation. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1_000_000) return value.toLocaleString('en');
  return size >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
