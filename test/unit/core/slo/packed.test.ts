import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packRecords, unpackRecords } from '../../../../worker/core/slo/packed.ts';
import type { RequestEntry } from '../../../../worker/core/slo/receipt.ts';
import type { RequestRecord } from '../../../../worker/core/slo/record.ts';
import { anyRecord, attemptOf, recordOf } from './support/record.ts';

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function entryOf(record: RequestRecord): RequestEntry {
  const { alias, keyId, class: _, door, stream, cacheAgeS, cacheTtlS, colo, build, promptVersion, ...rest } = record;
  const { traceparent, ...entry } = rest;
  return entry;
}

describe('packed records', () => {
  it('come out as they went in: whole, or without their details', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyRecord, fc.boolean()), { maxLength: 60 }), (pairs) => {
        const whole = new Set(pairs.flatMap(([record, isWhole]) => (isWhole ? [record] : [])));
        const records = pairs.map(([record]) => record);
        const unpacked = unpackRecords(throughJson(packRecords(records, (record) => whole.has(record))));
        expect(unpacked).toEqual(
          records.map((record) =>
            whole.has(record) ? { ...record, whole: true } : { ...entryOf(record), whole: false },
          ),
        );
      }),
    );
  });

  it('of an earlier build have null for fields that it did not know, and lose fields that this build does not know', () => {
    const packed = throughJson(packRecords([recordOf(), recordOf({ ttftMs: 7 })], () => true));
    const { experiment: _, ...known } = packed.entries.columns;
    const columns = { ...known, unheardOf: [1, 2] };
    const [first, second] = unpackRecords({ ...packed, entries: { ...packed.entries, columns } });
    expect(first).toEqual({ ...recordOf(), whole: true });
    expect(second).toMatchObject({ ttftMs: 7, experiment: null });
  });

  it('take about 100 bytes each in a full flush', () => {
    const records = Array.from({ length: 50 }, (_, index) => {
      const times = { arrivedAt: recordOf().arrivedAt + index * 200, ttftMs: 300 + index * 7, totalMs: 2_000 + index };
      const attempts = [attemptOf({ ttftMs: times.ttftMs - 4, ms: times.totalMs - 5 })];
      return recordOf({ ...times, attempts, userHash: `0123456789abcd${10 + index}`, outputTokens: 40 + index });
    });
    const bytes = (isWhole: boolean) => JSON.stringify(packRecords(records, () => isWhole)).length / records.length;
    expect(bytes(false)).toBeLessThan(130);
    expect(bytes(true)).toBeLessThan(150);
  });
});
