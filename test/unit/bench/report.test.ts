import { describe, expect, it } from 'vitest';
import { judge } from '../../../bench/report/aims.ts';
import { comparedRows, OVER_BARE, type Pair, type Row, singleRow } from '../../../bench/report/row.ts';
import { short, Table } from '../../../bench/report/table.ts';

const named = (id: string) => ({ id, group: 'Group', label: 'figure', unit: 'ms' });

function rowOf(id: string, carryon: number[], bare: number[]): Row {
  const [row] = comparedRows([OVER_BARE], { carryon, bare }, [{ ...named(id), pick: (value: number) => value }]);
  if (row === undefined) throw new Error('no row');
  return row;
}

describe('aims', () => {
  it('judges requests/s by the ratio, delays by the difference, what is counted and the bundle by itself', () => {
    expect(judge(rowOf('saturated.requestsPerSecond', [76, 74, 80], [100, 100, 100]))).toEqual({
      text: '≥ 0.75',
      met: true,
    });
    expect(judge(rowOf('fixedRate.p99Ms', [5.1], [3]))).toEqual({ text: '≤ +2', met: false });
    expect(judge(singleRow(named('bundle.gzippedKiB'), [151]))).toEqual({ text: '≤ 150', met: false });
    expect(judge(singleRow(named('ledger.oneUser.rowsWritten'), [2_020]))).toEqual({ text: '≤ 2,100', met: true });
    expect(judge(singleRow(named('ledger.everyRequestAnotherUser.rowsWritten'), [4_016]))?.met).toBe(false);
  });

  it('judges nothing that nobody asked for, and never meets what was not measured', () => {
    expect(judge(rowOf('fixedRate.clientLatenessP99Ms', [1], [1]))).toBeUndefined();
    expect(judge(rowOf('fixedRate.p50Ms', [Number.NaN], [1]))?.met).toBe(false);
  });
});

describe('rows', () => {
  it('set each pair of three subjects against each other, by name', () => {
    const pairs: Pair[] = [
      { subject: 'carryon', against: 'withoutLedger', idPrefix: 'ledger.' },
      { subject: 'withoutLedger', against: 'bare', idPrefix: 'without.' },
    ];
    const rounds = { carryon: [8, 6], withoutLedger: [4, 4], bare: [2, 1] };
    const rows = comparedRows(pairs, rounds, [{ ...named('p50Ms'), pick: (value) => value }]);
    expect(rows).toMatchObject([
      { id: 'ledger.p50Ms', subject: 'carryon', against: { subject: 'withoutLedger', ratio: { rounds: [2, 1.5] } } },
      { id: 'without.p50Ms', subject: 'withoutLedger', against: { subject: 'bare', difference: { rounds: [2, 3] } } },
    ]);
  });

  it('leave out what this machine cannot measure', () => {
    const figures = [{ ...named('x'), pick: () => undefined }];
    expect(comparedRows([OVER_BARE], { carryon: [1], bare: [1] }, figures)).toEqual([]);
  });
});

describe('table', () => {
  it('shows a row with its group, both figures, what it is against bare, and the verdict', () => {
    const text = new Table().text([rowOf('saturated.cpuMsPerRequest', [0.2, 0.22], [0.15, 0.15])]);
    expect(text).toMatch(/Group\n {2}figure, ms +0\.210 +0\.150 +\+0\.060 +\+0\.050 … \+0\.070 +≤ \+0\.04 +not met$/);
  });

  it('shows rates and costs that no aim judges as a ratio', () => {
    const text = new Table().text([rowOf('ledger.againstBare.saturated.cpuMsPerRequest', [0.3], [0.15])]);
    expect(text).toMatch(/figure, ms +0\.300 +0\.150 +× 2$/);
  });

  it('names the two again where others are compared, and over a figure that stands alone only where it would be misread', () => {
    const table = new Table();
    const alone = singleRow({ ...named('alone'), group: 'Alone' }, [1]);
    const heads = (rows: Row[]) =>
      table
        .text(rows)
        .split('\n')
        .filter((line) => line.includes('lowest'));
    const pair: Pair = { subject: 'withoutLedger', against: 'bare', idPrefix: '' };
    const [others] = comparedRows([pair], { carryon: [1], withoutLedger: [1], bare: [1] }, [
      { ...named('p50Ms'), pick: (value: number) => value },
    ]);
    expect(heads([alone, rowOf('p50Ms', [1], [1])])).toHaveLength(1);
    expect(heads([rowOf('p99Ms', [1], [1]), alone])).toEqual([]);
    expect(heads(others === undefined ? [] : [others])).toEqual([expect.stringContaining('against bare')]);
    expect(heads([alone])).toEqual([expect.stringContaining('Carryon')]);
  });

  it('writes figures as people read them', () => {
    expect([4321.4, 0.0512, 12.34, 1.234, 500].map(short)).toEqual(['4,321', '0.051', '12.3', '1.23', '500']);
  });
});
