/** Reports of a book that has counted a few requests. */
import type { ConfigInput } from '../../../../../worker/core/config/schema.ts';
import { Book } from '../../../../../worker/core/slo/book/book.ts';
import type { Narrowing } from '../../../../../worker/core/slo/evaluate.ts';
import type { RequestRecord } from '../../../../../worker/core/slo/record.ts';
import { reportOf } from '../../../../../worker/core/slo/report.ts';
import { failed, record } from '../book/support/records.ts';
import { sloFor } from './slo-for.ts';

export type Written = NonNullable<ConfigInput['slo']>;
export type Batch = readonly [count: number, changes: Partial<RequestRecord>];

export const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
/** In the middle of a month, at noon UTC. */
export const NOW = Date.UTC(2027, 4, 16, 12);
const FEATURES = ['chat', 'search'];

export const SUCCESS = { name: 'chat-success', sli: 'success', feature: 'chat', target: 99, promised: 98 } as const;
export const TTFT = { name: 'chat-ttft', sli: 'ttft', feature: 'chat', under: '2.5s', target: 95 } as const;
export const ONE: Written = { objectives: [SUCCESS] };
export const { arrivedAt: _, ...FAILED } = failed();

/** A book of these requests, a second apart, the last of them `agoMs` before `NOW`. */
export function bookOf(slo: Written, batches: readonly Batch[], agoMs = 1_000, tenants = {}) {
  const settings = sloFor(FEATURES, slo, tenants);
  const book = new Book({ slo: settings, features: new Set(FEATURES) });
  for (const [count, changes] of batches) {
    for (let index = 0; index < count; index++) book.add(record({ arrivedAt: NOW - agoMs, ...changes }), NOW - agoMs);
  }
  return { book, settings };
}

export function report(
  slo: Written,
  batches: readonly Batch[],
  agoMs?: number,
  narrowing: Narrowing = {},
  tenants = {},
) {
  const { book, settings } = bookOf(slo, batches, agoMs, tenants);
  return reportOf(book, settings, narrowing, NOW);
}

export function first(...of: Parameters<typeof report>) {
  const [evaluation] = report(...of).objectives;
  if (evaluation === undefined) throw new Error('no objective');
  return evaluation;
}
