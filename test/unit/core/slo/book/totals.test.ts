/** Counters for `GET /metrics`: they only grow, whatever becomes of tenants and reports. */
import { describe, expect, it } from 'vitest';
import type { LabelTree } from '../../../../../worker/core/slo/book/label-tree.ts';
import { sloFor } from '../support/slo-for.ts';
import { bookOf, FEATURES, record } from './support/records.ts';

const AT = 1_800_000_000_000;

const bookWith = (objectives: NonNullable<Parameters<typeof sloFor>[1]>['objectives']) =>
  bookOf(sloFor(FEATURES, { objectives }));

const sums = (counter: LabelTree<number>) =>
  Object.fromEntries([...counter.entries()].map(([labels, value]) => [labels.join(' '), value]));

describe('the counters of objectives', () => {
  it('count what is good or bad for each, of its own requests', () => {
    const book = bookWith([
      { name: 'fast', sli: 'ttft', under: '1s', target: 95, feature: 'chat' },
      { name: 'cheap', sli: 'cost', atMostUsd: 0.002, target: 95 },
    ]);
    book.add(record({ ttftMs: 400, costMicroUsd: 300 }), AT);
    book.add(record({ ttftMs: 1_400, costMicroUsd: 3_000 }), AT);
    book.add(record({ ttftMs: 1_400, costMicroUsd: 300, feature: 'search' }), AT);
    book.add(record({ code: 'invalid_key', ending: 'refused', status: 401, ttftMs: null }), AT);
    const { events } = book.totals.counters;
    expect(sums(events)).toMatchObject({ 'fast good': 1, 'fast bad': 1, 'cheap good': 2, 'cheap bad': 1 });
  });

  it('count reports from outside, and keep what is taken back', () => {
    const book = bookWith([{ name: 'retrieval', sli: 'external', target: 99, feature: 'chat' }]);
    const report = { key: 'external:retrieval', tenant: null, feature: null, deployment: null, experiment: null };
    book.report({ ...report, good: 90, bad: 10 }, AT);
    book.report({ ...report, good: 1, bad: -1 }, AT);
    expect(sums(book.totals.counters.events)).toMatchObject({ 'retrieval good': 91, 'retrieval bad': 10 });
  });

  it('are kept over a restart', () => {
    const book = bookOf();
    book.add(record(), AT);
    const again = bookOf();
    again.load(book.save());
    again.add(record(), AT);
    expect(sums(again.totals.counters.events)).toMatchObject({ 'chat-success good': 2 });
  });
});

it('a tenant that makes room for another is counted as other, so that no sum shrinks', () => {
  const book = bookOf();
  for (let index = 0; index < 200; index++) book.add(record({ tenant: `tenant-${index}` }), AT);
  const { requests, costMicroUsd } = book.totals.counters;
  const sumOf = (counter: LabelTree<number>) => [...counter.entries()].reduce((sum, [, value]) => sum + value, 0);
  for (let index = 1; index <= 300; index++) {
    book.add(record({ tenant: 'newcomer' }), AT);
    expect(sumOf(requests)).toBe(200 + index);
    expect(sumOf(costMicroUsd)).toBe((200 + index) * record().costMicroUsd);
  }
  const byTenant = Object.entries(sums(requests));
  expect(byTenant).toHaveLength(201);
  expect(byTenant).toContainEqual(['newcomer chat good ', 201]);
  expect(byTenant).toContainEqual(['other chat good ', 100]);
});
