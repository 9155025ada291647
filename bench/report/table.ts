import { KINDS } from '../subject/subject.ts';
import { judge, shownOverBare } from './aims.ts';
import type { Machine } from './machine.ts';
import type { Row } from './row.ts';

const [LABEL_WIDTH, ...WIDTHS] = [44, 12, 12, 14, 21, 9, 8];

export function heading(mode: string, machine: Machine): string {
  const { date, commit, cores, processor, memoryGiB, system, node, workerd, loadBefore, stateIn } = machine;
  return [
    `Carryon against a bare pass-through Worker, both in plain workerd. ${mode} run of ${commit}, ${date}`,
    `${cores} cores (${processor}), ${memoryGiB} GiB, ${system}, node ${node}, workerd ${workerd}, load before ${loadBefore.toFixed(2)}`,
    `What the Workers store is in this machine's ${stateIn === 'memory' ? 'memory' : 'file system on disk'}.`,
    'Medians of the rounds; what is "over bare" is taken round by round.',
  ].join('\n');
}

/** Rows by group, under the name of the subject whose figures they are. Printed piece by piece, so it knows what stands above. */
export class Table {
  #heads = '';
  #group = '';

  text(rows: readonly Row[]): string {
    return rows.map((row) => this.#lines(row).join('\n')).join('\n');
  }

  #lines(row: Row): string[] {
    const heads = line(['', KINDS[row.subject].title, 'bare', 'over bare', 'lowest … highest', 'aim', '']);
    const isSame = heads === this.#heads;
    const lines: string[] = [];
    if (!isSame) lines.push(this.#heads === '' ? heads : `\n${heads}`);
    if (!isSame || row.group !== this.#group) lines.push(`\n${row.group}`);
    this.#heads = heads;
    this.#group = row.group;
    return [...lines, line(cells(row))];
  }
}

/** As people read them: a row's own figure, bare's, the one over the other, its lowest and highest, and whether the aim is met. */
export function cells(row: Row): string[] {
  const verdict = judge(row);
  const kind = shownOverBare(row);
  const { overBare, value, unit, label } = row;
  const over = overBare?.[kind];
  const sign = (figure: number) => (kind === 'difference' && figure > 0 ? '+' : '') + short(figure);
  return [
    `  ${label}${unit && unit !== '/s' ? `, ${unit}` : ''}`,
    short(value.median),
    overBare === undefined ? '' : short(overBare.bare.median),
    over === undefined ? '' : (kind === 'ratio' ? '× ' : '') + sign(over.median),
    over === undefined || over.low === over.high ? '' : `${sign(over.low)} … ${sign(over.high)}`,
    verdict?.text ?? '',
    verdict === undefined ? '' : verdict.met ? 'met' : 'not met',
  ];
}

function line([label = '', ...others]: string[]): string {
  return (
    label.padEnd(LABEL_WIDTH) + others.map((text, column) => text.padStart(WIDTHS[column] ?? 0)).join('')
  ).trimEnd();
}

/** Three figures that matter, none in scientific notation. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1_000_000) return value.toLocaleString('en');
  return size >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
