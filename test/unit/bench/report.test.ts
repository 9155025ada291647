import { describe, expect, it } from 'vitest';
import { AIM_IDS, judge } from '../../../bench/report/aims.ts';
import { README_IDS, readmeTable } from '../../../bench/report/readme.ts';
import { overBare, type Row, singleRow } from '../../../bench/report/row.ts';
import { short, Table } from '../../../bench/report/table.ts';

const named = (id: string) => ({ id, group: 'Group', label: 'figure', unit: 'ms' });

function rowOf(id: string, carryon: number[], bare: number[]): Row {
  const [row] = overBare({ carryon, bare }, [{ ...named(id), pick: (value: number) => value }]);
  if (row === undefined) throw new Error('no row');
  return row;
}

describe('aims', () => {
  it('judges requests/s by the ratio, delays by the difference, what is counted and the bundle by itself', () => {
    expect(judge(rowOf('saturated.requestsPerSecond', [66, 64, 80], [100, 100, 100]))).toEqual({
      text: '≥ 0.65',
      met: true,
    });
    expect(judge(rowOf('fixedRate.p50Ms', [5.1], [3]))).toEqual({ text: '≤ +2', met: false });
    expect(judge(singleRow(named('bundle.gzippedKiB'), [162]))).toEqual({ text: '≤ 161', met: false });
    expect(judge(singleRow(named('costs.busy.rowsWritten'), [80]))).toEqual({ text: '≤ 100', met: true });
    expect(judge(singleRow(named('admission.oneUser.perCore'), [4_999]))).toEqual({ text: '≥ 5,000', met: false });
  });

  it('judges nothing that nobody asked for, and never meets what was not measured', () => {
    expect(judge(rowOf('fixedRate.clientLatenessP99Ms', [1], [1]))).toBeUndefined();
    expect(judge(rowOf('fixedRate.p50Ms', [Number.NaN], [1]))?.met).toBe(false);
  });
});

describe('rows', () => {
  it('set every subject against bare, round by round, and name all but Carryon in their ids', () => {
    const rows = overBare({ carryon: [8, 6], cacheHit: [4, 4], bare: [2, 1] }, [
      { ...named('p50Ms'), pick: (value: number) => value },
    ]);
    expect(rows).toMatchObject([
      { id: 'p50Ms', subject: 'carryon', overBare: { ratio: { rounds: [4, 6] } } },
      { id: 'cacheHit.p50Ms', subject: 'cacheHit', overBare: { difference: { rounds: [2, 3] } } },
    ]);
  });

  it('leave out what this machine cannot measure', () => {
    const figures = [{ ...named('x'), pick: () => undefined }];
    expect(overBare({ carryon: [1], bare: [1] }, figures)).toEqual([]);
  });
});

describe('table', () => {
  it('shows a row with its group, both figures, what it is over bare, and the verdict', () => {
    const text = new Table().text([rowOf('saturated.cpuMsPerRequest', [0.2, 0.25], [0.15, 0.15])]);
    expect(text).toMatch(/Group\n {2}figure, ms +0\.225 +0\.150 +\+0\.075 +\+0\.050 … \+0\.100 +≤ \+0\.07 +not met$/);
  });

  it('shows rates as a ratio, aimed at or not', () => {
    const text = new Table().text([rowOf('thousandUsers.saturated.requestsPerSecond', [3], [6])]);
    expect(text).toMatch(/figure, ms +3 +6 +× 0\.500$/);
  });

  it('names the subject again where another one’s figures begin, and the group where it changes', () => {
    const table = new Table();
    const lines = (rows: Row[]) => table.text(rows).split('\n');
    const rows = overBare({ carryon: [1], resumable: [2], bare: [1] }, [
      { ...named('p50Ms'), pick: (value: number) => value },
      { ...named('p99Ms'), pick: (value: number) => value },
    ]);
    const heads = lines(rows).filter((line) => line.includes('over bare'));
    expect(heads).toEqual([expect.stringMatching(/^ +Carryon +bare/), expect.stringMatching(/^ +resumable +bare/)]);
    expect(lines([{ ...rows[2], group: 'Other' } as Row]).slice(0, 2)).toEqual(['', 'Other']);
  });

  it('writes figures as people read them', () => {
    expect([4321.4, 0.0512, 12.34, 1.234, 500].map(short)).toEqual(['4,321', '0.051', '12.3', '1.23', '500']);
  });
});

describe('README’s table', () => {
  it('has a line for each figure that was measured, in its order, with the range and a missed aim', () => {
    const rows = [
      rowOf('fixedRate.p50Ms', [4, 6], [1, 1]),
      rowOf('saturated.requestsPerSecond', [2_000, 1_600], [4_000, 4_000]),
      singleRow(named('costs.busy.rowsWritten'), [80.4]),
    ];
    expect(readmeTable(rows).split('\n').slice(2)).toEqual([
      '| saturated: requests/s | 1,800 | 4,000 | × 0.450 (0.400 … 0.500) | ≥ 0.65, **missed** |',
      '| at 100 requests/s: p50, ms | 5 | 1 | +4 (+3 … +5) | ≤ +2, **missed** |',
      '| busy tenant, per 1,000 requests: rows written | 80.4 |  |  | ≤ 100 |',
    ]);
  });

  it('shows every figure that the newest issues aim at', () => {
    const aimed = AIM_IDS.filter((id) => !id.startsWith('withoutLedger.'));
    expect(aimed.filter((id) => !README_IDS.includes(id))).toEqual([]);
  });
});
