/** The book's memory is bounded: what is too much is counted together. */
import { describe, expect, test } from 'vitest';
import type { Book } from '../../../../../worker/core/slo/book/book.ts';
import type { Objective } from '../../../../../worker/core/slo/slo.ts';
import { attempt, bookOf, record, SLO } from './support/records.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const AT = 20_000 * DAY_MS;
const good = (book: Book, name: string): number => book.series(name)?.window('success', HOUR_MS, AT).good ?? 0;
const ofTenants = (book: Book): string[] => [...book.names].filter((name) => /^tenant:[^|]*$/.test(name));

function bookOfTenants(count: number): Book {
  const book = bookOf();
  for (let tenant = 0; tenant < count; tenant++) book.add(record({ tenant: `t${tenant}` }), AT);
  return book;
}

describe('of more than 200 tenants', () => {
  test('the rest are counted together, and nothing is lost', () => {
    const book = bookOfTenants(300);
    expect(ofTenants(book)).toHaveLength(201);
    expect(good(book, 'tenant:other')).toBe(100);
    expect(good(book, 'tenant:other|feature:chat')).toBe(100);
    expect(book.folded).toBe(100);
    expect(ofTenants(book).reduce((sum, name) => sum + good(book, name), 0)).toBe(good(book, 'all'));
    expect(book.seriesOf('t250', 'chat')).toBeUndefined();
    expect(book.seriesOf('t150', 'chat')?.window('success', HOUR_MS, AT).good).toBe(1);
  });

  test('those with the most requests have series of their own', () => {
    const book = bookOfTenants(201);
    for (let more = 0; more < 150; more++) book.add(record({ tenant: 't200' }), AT);
    expect(ofTenants(book)).toHaveLength(201);
    expect(good(book, 'tenant:t200')).toBeGreaterThan(50);
    expect(ofTenants(book).reduce((sum, name) => sum + good(book, name), 0)).toBe(good(book, 'all'));
    const again = bookOf();
    again.load(book.save());
    expect(ofTenants(again).toSorted()).toEqual(ofTenants(book).toSorted());
    expect(again.folded).toBe(book.folded);
  });

  test('those with promises of their own have series of their own, however few requests they make', () => {
    const [success] = SLO.objectives as [Objective];
    const gold = ['gold-1', 'gold-2'].map((tenant): Objective => ({ ...success, name: tenant, feature: null, tenant }));
    const book = bookOf({ objectives: [success, ...gold] });
    for (let tenant = 0; tenant < 250; tenant++) book.add(record({ tenant: `t${tenant}` }), AT);
    for (const tenant of ['gold-1', 'gold-2']) book.add(record({ tenant }), AT);
    for (let more = 0; more < 150; more++) book.add(record({ tenant: 't249' }), AT);
    for (let more = 0; more < 150; more++) book.add(record({ tenant: 't248' }), AT);
    expect([good(book, 'tenant:gold-1'), good(book, 'tenant:gold-2')]).toEqual([1, 1]);
    expect(good(book, 'tenant:t249')).toBeGreaterThan(50);
    expect(ofTenants(book)).toHaveLength(201);
    expect(ofTenants(book).reduce((sum, name) => sum + good(book, name), 0)).toBe(good(book, 'all'));
  });

  test('a tenant named other is counted among the others, and loses none of their counts', () => {
    const book = bookOf();
    book.add(record({ tenant: 'other' }), AT);
    for (let tenant = 0; tenant < 201; tenant++) book.add(record({ tenant: `t${tenant}` }), AT);
    for (let more = 0; more < 150; more++) book.add(record({ tenant: 't200' }), AT);
    expect(good(book, 'all')).toBe(1 + 201 + 150);
    expect(ofTenants(book).reduce((sum, name) => sum + good(book, name), 0)).toBe(good(book, 'all'));
    const requests = book.totals.counters.requests.toJSON();
    expect(requests.reduce((sum, [, count]) => sum + count, 0)).toBe(good(book, 'all'));
  });

  test('a tenant that made room leaves nothing behind in what is saved, nor in the totals', () => {
    const book = bookOfTenants(201);
    const saved = new Map(book.save());
    for (let more = 0; more < 150; more++) book.add(record({ tenant: 't200' }), AT);
    for (const [name, text] of book.save()) saved.set(name, text);
    const again = bookOf();
    again.load(saved);
    const tenants = new Set(again.totals.counters.requests.toJSON().map(([[tenant]]) => tenant));
    expect(ofTenants(again)).toHaveLength(201);
    expect(tenants.size).toBe(201);
  });
});

test('unknown names of features and deployments cannot make ever more series', () => {
  const book = bookOf();
  for (let index = 0; index < 500; index++) {
    const name = `made-up-${index}`;
    book.add(record({ feature: name, attempts: [attempt({ deployment: name })] }), AT);
  }
  expect([...book.names].filter((name) => name.startsWith('feature:'))).toEqual([]);
  expect([...book.names].filter((name) => name.startsWith('deployment:')).length).toBeLessThanOrEqual(101);
  expect(book.totals.counters.requests.toJSON()).toEqual([[['acme', 'unknown', 'good', ''], 500]]);
});
