import { judge, shownAgainst } from './aims.ts';
import type { Machine } from './machine.ts';
import type { Row } from './row.ts';

const COLUMNS = ['', 'Carryon', 'bare', 'against bare', 'lowest … highest', 'aim', ''];
const [LABEL_WIDTH, ...WIDTHS] = [44, 12, 12, 13, 21, 9, 8];

export function heading(mode: string, machine: Machine): string {
  const { date, commit, cores, processor, memoryGiB, system, node, workerd, loadBefore } = machine;
  return [
    `Carryon against a bare pass-through Worker, both in plain workerd. ${mode} run of ${commit}, ${date}`,
    `${cores} cores (${processor}), ${memoryGiB} GiB, ${system}, node ${node}, workerd ${workerd}, load before ${loadBefore.toFixed(2)}`,
    'Medians of the rounds; "against bare" is taken round by round.',
  ].join('\n');
}

/** One group of rows; the head line comes with the first. */
export function table(rows: readonly Row[], withColumns: boolean): string {
  const lines = withColumns ? [line(COLUMNS)] : [];
  let group = '';
  for (const row of rows) {
    if (row.group !== group) lines.push(`\n${row.group}`);
    group = row.group;
    lines.push(line(cells(row)));
  }
  return lines.join('\n');
}

function cells(row: Row): string[] {
  const verdict = judge(row);
  const kind = shownAgainst(row);
  const against = row.against?.[kind];
  const sign = (value: number) => (kind === 'difference' && value > 0 ? '+' : '') + short(value);
  return [
    `  ${row.label}${row.unit && row.unit !== '/s' ? `, ${row.unit}` : ''}`,
    short(row.carryon.median),
    row.against === undefined ? '' : short(row.against.bare.median),
    against === undefined ? '' : (kind === 'ratio' ? '× ' : '') + sign(against.median),
    against === undefined || against.low === against.high ? '' : `${sign(against.low)} … ${sign(against.high)}`,
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
