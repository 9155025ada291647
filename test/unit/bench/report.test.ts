import { describe, expect, it } from 'vitest';
import { AIM_IDS, judge } from '../../../bench/report/aims.ts';
import { DOCUMENT_IDS, documentTable, readmeTable } from '../../../bench/report/markdown.ts';
import { overReference, type Row, singleRow, singleRowAgainst } from '../../../bench/report/row.ts';
import { short, Table } from '../../../bench/report/table.ts';
import type { Entrant, SubjectName } from '../../../bench/subject/subject.ts';

const named = (id: string) => ({ id, group: 'Group', label: 'figure', unit: 'ms' });
const figures = (...ids: string[]) =>
  ids.map((id) => ({
    ...named(id),
    pick: (value: number) => value,
    ...(id.endsWith('requestsPerSecond') && { quantity: 'rate' as const }),
  }));
const roundsOf = (samples: Partial<Record<Entrant, number[]>>) =>
  new Map(Object.entries(samples) as [Entrant, number[]][]);

function rowOf(id: string, ours: number[], bare: number[]): Row {
  const subject = (id.startsWith('everything.') ? 'everything' : 'carryon') satisfies SubjectName;
  const [row] = overReference(roundsOf({ [subject]: ours, bare }), figures(id.replace('everything.', '')));
  if (row === undefined) throw new Error('no row');
  return row;
}

describe('aims', () => {
  it('judges by the ratio, by the difference, or by the figure itself', () => {
    expect(judge(rowOf('everything.saturated.requestsPerSecond', [66, 64, 80], [100, 100, 100]))).toEqual({
      text: '≥ × 0.65',
      met: true,
    });
    expect(judge(rowOf('answers.p50Ms', [155.1], [153]))).toEqual({ text: '≤ +2', met: false });
    expect(judge(rowOf('answers.cpuMsPerRequest', [0.9], [0.5]))).toEqual({ text: '≤ × 1.8', met: true });
    expect(judge(singleRow(named('bundle.gzippedKiB'), [226]))).toEqual({ text: '≤ 225', met: false });
    expect(judge(singleRow(named('thousandUsers.saturated.objectCalls'), [1]))).toEqual({ text: '< 1', met: false });
    expect(judge(singleRow(named('admission.oneUser.perCore'), [4_999]))).toEqual({ text: '≥ 5,000', met: false });
  });

  it('judges nothing without an aim, and never meets what was not measured', () => {
    expect(judge(rowOf('answers.p99Ms', [1], [1]))).toBeUndefined();
    expect(judge(rowOf('answers.p50Ms', [Number.NaN], [1]))?.met).toBe(false);
  });
});

describe('rows', () => {
  it('set every subject against bare, round by round, and name all but Carryon in id and label', () => {
    const rows = overReference(roundsOf({ carryon: [8, 6], cacheHit: [4, 4], bare: [2, 1] }), figures('p50Ms'));
    expect(rows).toMatchObject([
      { id: 'p50Ms', label: 'figure', over: { reference: 'bare', ratio: { rounds: [4, 6] } } },
      { id: 'cacheHit.p50Ms', label: 'cache hit: figure', over: { difference: { rounds: [2, 3] } } },
    ]);
  });

  it('take another reference where one is asked for', () => {
    const rounds = roundsOf({ carryon: [8], streamFloor: [4], bare: [2] });
    const rows = overReference(rounds, figures('cpuMs'), () => 'streamFloor');
    expect(rows).toMatchObject([
      { id: 'cpuMs', over: { reference: 'streamFloor', ratio: { median: 2 } } },
      { id: 'bare.cpuMs', over: { ratio: { median: 0.5 } } },
    ]);
  });

  it('have the other checkout beside them, and no rows of its own', () => {
    const rounds = roundsOf({ carryon: [3, 3], 'against:carryon': [4, 6], bare: [1, 1] });
    expect(overReference(rounds, figures('p50Ms'))).toMatchObject([
      { id: 'p50Ms', against: { value: { median: 5 }, ratio: { rounds: [0.75, 0.5] } } },
    ]);
  });

  it('leave out what this machine cannot measure', () => {
    const unknown = [{ ...named('x'), pick: () => undefined }];
    expect(overReference(roundsOf({ carryon: [1], bare: [1] }), unknown)).toEqual([]);
  });
});

describe('table', () => {
  it('shows a row with its group, both figures, the one over the other three ways, and the verdict', () => {
    const text = new Table().text([rowOf('everything.saturated.cpuMsPerRequest', [0.2, 0.25, 0.3], [0.1, 0.1, 0.1])]);
    expect(text).toMatch(
      /Group\n {2}everything on: figure, ms +0\.250 +0\.100 +\+0\.150 +\+0\.100 +\+0\.150 +≤ \+0\.09 +missed$/,
    );
  });

  it('shows rates and CPU time as a ratio, and delays as a difference, aimed at or not', () => {
    const [rate, cpu, delay] = ['x.requestsPerSecond', 'x.cpuMsPerStream', 'x.p99Ms'].map((id) =>
      new Table().text([rowOf(id, [3], [6])]),
    );
    expect(rate).toMatch(/ 3 +6 +× 0\.500 +× 0\.500 +× 0\.500$/);
    expect(cpu).toMatch(/ 3 +6 +× 0\.500 +× 0\.500 +× 0\.500$/);
    expect(delay).toMatch(/ 3 +6 +-3 +-3 +-3$/);
  });

  it('has the other checkout in columns of its own', () => {
    const text = new Table(true).text([singleRowAgainst(named('serve.residentMiB'), [100], [200])]);
    expect(text.split('\n')[0]).toMatch(/against +over that +q10 +total$/);
    expect(text).toMatch(/100 +200 +× 0\.500 +× 0\.500 +× 0\.500$/);
  });

  it('prints its head once, and a group where it changes', () => {
    const table = new Table();
    const rows = overReference(roundsOf({ carryon: [1], resumable: [2], bare: [1] }), figures('p50Ms', 'p99Ms'));
    expect(table.text(rows).match(/reference/g)).toHaveLength(1);
    const [more] = rows;
    expect(
      table
        .text([{ ...(more as Row), group: 'Other' }])
        .split('\n')
        .slice(0, 2),
    ).toEqual(['', 'Other']);
  });

  it('writes figures as people read them', () => {
    expect([4321.4, 0.0512, 12.34, 1.234, 500].map(short)).toEqual(['4,321', '0.051', '12.3', '1.23', '500']);
  });
});

describe('tables for the documentation', () => {
  const rows = [
    rowOf('answers.p50Ms', [154, 156], [151, 151]),
    rowOf('everything.saturated.requestsPerSecond', [2_000, 1_600], [4_000, 4_000]),
    singleRow(named('costs.busy.rowsWritten'), [80.4]),
  ];

  it('have a line for each figure that was measured, in their order, and name a missed aim', () => {
    expect(documentTable(rows).split('\n').slice(2)).toEqual([
      '| answers after 150 ms: p50, ms | 155 | 151 | +4 | +3 | +4 | ≤ +2, **missed** |',
      '| everything on: requests/s | 1,800 | 4,000 | × 0.450 | × 0.500 | × 0.444 | ≥ × 0.65, **missed** |',
      '| busy tenant, per 1,000 requests: rows written | 80.4 |  |  |  |  | ≤ 100 |',
    ]);
    expect(readmeTable(rows).split('\n').slice(2)).toEqual([
      '| requests/s at most, budgets and rates in four scopes | 1,800 | 4,000 | × 0.450 |',
    ]);
  });

  it('show every figure that has an aim', () => {
    expect(AIM_IDS.filter((id) => !DOCUMENT_IDS.includes(id))).toEqual([]);
  });
});
