import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { billOfMillion, freeDayOf, type Use } from '../../../bench/costs/bill.ts';
import { type CostOfTraffic, tables, withTables } from '../../../bench/costs/document.ts';
import { TRAFFIC } from '../../../bench/costs/traffic.ts';
import { useOf } from '../../../bench/costs/use.ts';
import { betweenFolds, difference, sum } from '../../../bench/costs/windows.ts';
import { ActiveTime } from '../../../bench/counting/active-time.ts';
import { tableWrittenTo } from '../../../bench/counting/count-storage.ts';
import { projectDirectory } from '../../../cli/project.ts';

const NOTHING: Use = {
  workerRequests: 1,
  cpuMs: 0,
  objectRequests: 0,
  objectGbSeconds: 0,
  rowsWritten: 0,
  rowsRead: 0,
  kvReads: 0,
  kvWrites: 0,
};

describe('the bill of a million requests', () => {
  it('is each item at its price', () => {
    const use: Use = {
      workerRequests: 1, //        1 M at $0.30
      cpuMs: 2, //                 2 M ms at $0.02
      objectRequests: 3, //        3 M at $0.15
      objectGbSeconds: 3.84, //    30 s of 128 MB each: 3.84 M at $12.50
      rowsWritten: 31, //         31 M at $1.00
      rowsRead: 300, //          300 M at $0.001
      kvReads: 0.5, //           0.5 M at $0.50
      kvWrites: 0.1, //          0.1 M at $5.00
    };
    const { items, totalUsd } = billOfMillion(use);
    const expected = [0.3, 0.04, 0.45, 48, 31, 0.3, 0.25, 0.5];
    expect(Object.values(items).map((usd) => Number(usd.toFixed(6)))).toEqual(expected);
    expect(totalUsd).toBeCloseTo(80.84, 6);
  });
});

describe('a day of the free plan', () => {
  it('ends at the limit that is reached first', () => {
    // Two rows a request of 100,000; two calls of 100,000; 300 rows read of 5 M.
    const day = freeDayOf({ ...NOTHING, rowsWritten: 2, objectRequests: 2.5, rowsRead: 300, kvReads: 2 });
    expect(day.requests).toEqual({
      workerRequests: 100_000,
      objectRequests: 40_000,
      rowsWritten: 50_000,
      rowsRead: 16_666,
      kvReads: 50_000,
    });
    expect(day).toMatchObject({ first: 'rowsRead', most: 16_666 });
  });

  it('is 3,385 keyed streams of 30 s, by object seconds', () => {
    expect(freeDayOf({ ...NOTHING, objectGbSeconds: 3.84 })).toMatchObject({ first: 'objectGbSeconds', most: 3_385 });
  });

  it('holds no request that needs more CPU than one may have', () => {
    expect(freeDayOf({ ...NOTHING, cpuMs: 10 })).toMatchObject({ first: 'workerRequests', most: 100_000 });
    expect(freeDayOf({ ...NOTHING, cpuMs: 11, rowsWritten: 37 })).toMatchObject({ first: 'cpuMs', most: 0 });
  });

  it('is never more than the Worker’s own requests', () => {
    expect(freeDayOf(NOTHING)).toMatchObject({ first: 'workerRequests', most: 100_000 });
  });
});

describe('what a request uses', () => {
  it('is what was counted, divided by the requests; alarms ring, and short calls keep their object awake', () => {
    const counts = {
      ...{ requests: 10, objectCalls: 30, alarmsSet: 10, objectMs: 300_000, rowsWritten: 310, rowsRead: 90 },
      ...{ kvReads: 4, kvWrites: 1, kvLists: 1, 'rowsWritten.pages': 300 },
    };
    expect(useOf(counts, 1.2)).toEqual({
      workerRequests: 1,
      cpuMs: 2,
      objectRequests: 4,
      objectGbSeconds: (30 + 4 * 0.01) * 0.128,
      rowsWritten: 31,
      rowsRead: 9,
      kvReads: 0.4,
      kvWrites: 0.2,
    });
  });

  it('is refused without any request', () => {
    expect(() => useOf({ requests: 0, rowsWritten: 4 }, 1)).toThrow('no request came');
  });
});

describe('the window that is counted', () => {
  it('goes from the first fold to the last, where there are two', () => {
    const atFolds = [{ rowsWritten: 100 }, { rowsWritten: 650 }, { rowsWritten: 1_200, 'objectCalls.grant': 3 }];
    const window = betweenFolds(atFolds);
    expect(window).toEqual({ counts: { rowsWritten: 1_100, 'objectCalls.grant': 3 }, folds: 2 });
    expect([betweenFolds([]), betweenFolds(atFolds.slice(0, 1))]).toEqual([undefined, undefined]);
  });

  it('adds up, and takes away, count by count', () => {
    expect(sum([{ a: 1, b: 2 }, { b: 3 }])).toEqual({ a: 1, b: 5 });
    expect(difference({ a: 1 }, { a: 4, b: 2 })).toEqual({ a: 3, b: 2 });
  });
});

describe('the time an object is at work', () => {
  it('counts what overlaps once, and what failed too', async () => {
    let now = 0;
    let ms = 0;
    const active = new ActiveTime(
      () => now,
      (more) => {
        ms += more;
      },
    );
    const ends: (() => void)[] = [];
    const work = () => new Promise<void>((resolve) => ends.push(resolve));
    const failing = (promise: Promise<void>) => promise.then(() => Promise.reject(new Error('a run that failed')));
    const end = async (index: number) => {
      ends[index]?.();
      await new Promise((resolve) => setImmediate(resolve));
    };
    active.during(work());
    now = 10;
    active.during(failing(work()));
    now = 30;
    await end(0);
    now = 40;
    await end(1);
    now = 100;
    active.during(work());
    now = 107;
    await end(2);
    expect(ms).toBe(40 + 7);
  });
});

describe('a statement that writes', () => {
  it('is known by its table', () => {
    const statements = [
      'INSERT INTO lease (slot) VALUES (?) ON CONFLICT (slot) DO UPDATE SET slot = excluded.slot',
      '\n  INSERT OR REPLACE INTO sums VALUES (1)',
      'delete from "limits" WHERE scope = ?',
      'UPDATE mark SET id = 1',
      'SELECT * FROM lease',
      'CREATE TABLE IF NOT EXISTS lease (slot INTEGER)',
    ];
    expect(statements.map(tableWrittenTo)).toEqual(['lease', 'sums', 'limits', 'mark', undefined, undefined]);
  });
});

describe('docs/costs.md', () => {
  const traffic = TRAFFIC[0];
  if (traffic === undefined) throw new Error('no traffic');
  const counted = { counts: {}, folds: 0, cpuMs: 1 };
  const cost = (use: Partial<Use>): CostOfTraffic => ({ traffic, counted, use: { ...NOTHING, ...use } });

  it('shows what a request uses to two figures, and works out the rest from what it shows', () => {
    const text = tables([cost({ rowsWritten: 2.0238, kvReads: 0.00494 })]);
    expect(text.split('\n').filter((line) => line.startsWith('| plain'))).toEqual([
      '| plain, quiet | 1 | 2 | 0.0049 |',
      '| plain, quiet | 0.30 | 2.00 | 0.00 | **2.30** |',
      '| plain, quiet | 100,000 | **50,000** | more | 50,000, by rows written |',
    ]);
  });

  it('shows CPU beside what one request may have on the free plan', () => {
    const lines = tables([cost({ cpuMs: 9 }), cost({ cpuMs: 150 })])
      .split('\n')
      .slice(-2);
    expect(lines).toEqual([
      '| plain, quiet | **100,000** | 9 of 10 | 100,000, by Workers requests |',
      '| plain, quiet | 100,000 | **150** of 10 | 0, by CPU, ms |',
    ]);
  });

  it('shows an object’s seconds beside its GB-s', () => {
    expect(tables([cost({ objectGbSeconds: 3.8412 })])).toContain('| plain, quiet | 1 | 3.8 (30 s) |');
  });

  it('leaves out what nobody uses', () => {
    expect(tables([cost({})])).not.toMatch(/object|rows|KV/);
  });

  it('keeps its text, whatever stood between the marks', () => {
    const page = (between: string) =>
      `# Costs\n\n<!-- written by npm run bench -- --only=costs --write -->\n\n${between}\n\n<!-- end of what is written -->\n\nMore.\n`;
    expect(withTables(page('old'), 'new')).toBe(page('new'));
    expect(withTables(page('new'), 'new')).toBe(page('new'));
    expect(() => withTables('# Costs', 'new')).toThrow('has lost its marks');
    expect(withTables(readFileSync(join(projectDirectory, 'docs/costs.md'), 'utf8'), 'new')).toContain('new');
  });
});

describe('the traffics', () => {
  it('have ids of their own, and take their CPU time from one that there is', () => {
    const ids = TRAFFIC.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(TRAFFIC.filter(({ cpuOf }) => cpuOf !== undefined && !ids.includes(cpuOf))).toEqual([]);
  });
});
