import { describe, expect, it } from 'vitest';
import { tableWrittenTo } from '../../../bench/counting/count-storage.ts';
import { burstsOf } from '../../../bench/counting/ledger-load.ts';
import { countedRows, countsBetween } from '../../../bench/measure/counted-rows.ts';
import { GRANTS_EVERYTHING } from '../../../bench/without-ledger/grants-everything.ts';
import { FOLD_AT } from '../../../worker/core/ledger/protocol.ts';

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

describe('a count of the ledger’s rows', () => {
  it('waits, in steady traffic, until the first leases are a minute old, and for one fold more than it counts', () => {
    const [requests = 0, ...others] = burstsOf({ requestsPerSecond: 100, folds: 8, isClockMoved: false });
    expect(others).toEqual([]);
    expect(Math.floor((requests - 60 * 100) / FOLD_AT)).toBe(9);
  });

  it('folds each burst in the next, where the clock is set forward', () => {
    const bursts = burstsOf({ requestsPerSecond: 100, folds: 4, isClockMoved: true });
    expect(new Set(bursts)).toEqual(new Set([FOLD_AT]));
    // The first burst has nothing to fold; between the first fold and the fifth are four.
    expect(sum(bursts.slice(1)) / FOLD_AT).toBe(4 + 1);
  });

  it('knows the table of a statement that writes', () => {
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

  it('is what came between, for each 1,000 requests, with the parts that are not nothing', () => {
    const counts = countsBetween(
      { rowsWritten: 10, 'rowsWritten.lease': 10, 'rowsWritten.limits': 3 },
      { rowsWritten: 1_034, 'rowsWritten.lease': 1_034, 'rowsWritten.limits': 3, 'objectCalls.grant': 512 },
    );
    const rows = countedRows(counts, 512, { id: 'ledger.oneUser', group: 'Group' });
    expect(rows.map(({ id, value }) => [id, value.median])).toEqual([
      ['ledger.oneUser.kvReads', 0],
      ['ledger.oneUser.objectCalls', 0],
      ['ledger.oneUser.rowsWritten', 2_000],
      ['ledger.oneUser.rowsRead', 0],
      ['ledger.oneUser.fetches', 0],
      ['ledger.oneUser.objectCalls.grant', 1_000],
      ['ledger.oneUser.rowsWritten.lease', 2_000],
    ]);
  });
});

describe('the router without its ledger', () => {
  const best = { mode: 'normal', microUsd: 5, tokens: 7, requests: 1, parallel: 1 } as const;

  it('is granted the best of what it wants, and believed whatever it reports', async () => {
    const ask = { leaseId: 'a', scopes: [], wants: [best, { ...best, microUsd: 1 }], admitForMs: 5_000, runForMs: 1 };
    const { mode, ...granted } = best;
    expect(await GRANTS_EVERYTHING.grant('acme', ask)).toEqual({ granted, mode, admitForMs: 5_000, left: [] });
    const report = { leaseId: 'a', spent: { microUsd: 9, tokens: 9 }, freed: { microUsd: 0, tokens: 0, parallel: 1 } };
    expect(await GRANTS_EVERYTHING.report('acme', [{ ...report, done: true }])).toEqual(['applied']);
  });
});
