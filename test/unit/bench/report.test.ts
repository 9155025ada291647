import { describe, expect, it } from 'vitest';
import { judge } from '../../../bench/report/aims.ts';
import { comparedRow, type Row, singleRow } from '../../../bench/report/row.ts';
import { short, table } from '../../../bench/report/table.ts';

function rowOf(id: string, carryon: number[], bare: number[]): Row {
  const row = comparedRow({ id, group: 'Group', label: 'figure', unit: 'ms' }, { carryon, bare }, (value) => value);
  if (row === undefined) throw new Error('no row');
  return row;
}

describe('aims', () => {
  it('judges requests/s by the ratio, delays by the difference, the bundle by itself', () => {
    expect(judge(rowOf('saturated.requestsPerSecond', [76, 74, 80], [100, 100, 100]))).toEqual({
      text: '≥ 0.75',
      met: true,
    });
    expect(judge(rowOf('fixedRate.p99Ms', [5.1], [3]))).toEqual({ text: '≤ +2', met: false });
    const bundle = singleRow({ id: 'bundle.gzippedKiB', group: 'Bundle', label: 'gzipped', unit: 'KiB' }, [151]);
    expect(judge(bundle)).toEqual({ text: '≤ 150', met: false });
  });

  it('judges nothing that nobody asked for, and never meets what was not measured', () => {
    expect(judge(rowOf('fixedRate.clientLatenessP99Ms', [1], [1]))).toBeUndefined();
    expect(judge(rowOf('fixedRate.p50Ms', [Number.NaN], [1]))?.met).toBe(false);
  });
});

describe('table', () => {
  it('shows a row with its group, both figures, what it is against bare, and the verdict', () => {
    const text = table([rowOf('saturated.cpuMsPerRequest', [0.2, 0.22], [0.15, 0.15])], true);
    expect(text).toMatch(/Group\n {2}figure, ms +0\.210 +0\.150 +\+0\.060 +\+0\.050 … \+0\.070 +≤ \+0\.04 +not met$/);
  });

  it('leaves out a row that this machine cannot measure', () => {
    const name = { id: 'x', group: 'Group', label: 'figure', unit: 'ms' };
    expect(comparedRow(name, { carryon: [1], bare: [1] }, () => undefined)).toBeUndefined();
  });

  it('writes figures as people read them', () => {
    expect([4321.4, 0.0512, 12.34, 1.234, 500].map(short)).toEqual(['4,321', '0.051', '12.3', '1.23', '500']);
  });
});
