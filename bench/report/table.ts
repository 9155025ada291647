import type { SubjectName } from '../subject/subject.ts';
import { judge, shownAgainst } from './aims.ts';
import type { Machine } from './machine.ts';
import type { Row } from './row.ts';

const NAMES: Record<SubjectName, string> = { carryon: 'Carryon', withoutLedger: 'no ledger', bare: 'bare' };
const [LABEL_WIDTH, ...WIDTHS] = [44, 12, 12, 19, 21, 9, 8];

export function heading(mode: string, machine: Machine): string {
  const { date, commit, cores, processor, memoryGiB, system, node, workerd, loadBefore, stateIn } = machine;
  return [
    `Carryon against a bare pass-through Worker, both in plain workerd. ${mode} run of ${commit}, ${date}`,
    `${cores} cores (${processor}), ${memoryGiB} GiB, ${system}, node ${node}, workerd ${workerd}, load before ${loadBefore.toFixed(2)}`,
    `What the Workers store is in this machine's ${stateIn === 'memory' ? 'memory' : 'file system on disk'}.`,
    'Medians of the rounds; what is "against" another is taken round by round.',
  ].join('\n');
}

/** Rows by group, under the names of the two whose figures they are. Printed piece by piece, so it knows what stands above. */
export class Table {
  #heads = '';
  #group = '';

  text(rows: readonly Row[]): string {
    return rows.map((row) => this.#lines(row).join('\n')).join('\n');
  }

  #lines(row: Row): string[] {
    const heads = line(headsOf(row));
    const isSame = heads === this.#heads || (row.against === undefined && this.#heads.startsWith(beginOf(row)));
    const lines: string[] = [];
    if (!isSame) lines.push(this.#heads === '' ? heads : `\n${heads}`);
    if (!isSame || row.group !== this.#group) lines.push(`\n${row.group}`);
    if (!isSame) this.#heads = heads;
    this.#group = row.group;
    return [...lines, line(cells(row))];
  }
}

/** A figure that stands alone may stand under any heads that begin with its own. */
const beginOf = (row: Row): string => line(headsOf(row).slice(0, 2));

function headsOf({ subject, against }: Row): string[] {
  const other = NAMES[against?.subject ?? 'bare'];
  return ['', NAMES[subject], other, `against ${other}`, 'lowest … highest', 'aim', ''];
}

function cells(row: Row): string[] {
  const verdict = judge(row);
  const kind = shownAgainst(row);
  const { against, value, unit, label } = row;
  const compared = against?.[kind];
  const sign = (figure: number) => (kind === 'difference' && figure > 0 ? '+' : '') + short(figure);
  return [
    `  ${label}${unit && unit !== '/s' ? `, ${unit}` : ''}`,
    short(value.median),
    against === undefined ? '' : short(against.value.median),
    compared === undefined ? '' : (kind === 'ratio' ? '× ' : '') + sign(compared.median),
    compared === undefined || compared.low === compared.high ? '' : `${sign(compared.low)} … ${sign(compared.high)}`,
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
