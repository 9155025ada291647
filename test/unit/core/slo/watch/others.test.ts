import { expect, test } from 'vitest';
import { Book } from '../../../../../worker/core/slo/book/book.ts';
import { OTHER } from '../../../../../worker/core/slo/book/tenants.ts';
import { watch } from '../../../../../worker/core/slo/watch/watch.ts';
import { EMPTY_WATCH_STATE } from '../../../../../worker/core/slo/watch/watch-state.ts';
import { failed, record } from '../book/support/records.ts';
import { sloFor } from '../support/slo-for.ts';

const MINUTE_MS = 60_000;
const START = Date.UTC(2027, 4, 16, 12);
const slo = sloFor(['chat'], { preset: 'chat' });
const caps = { limits: { monthlyMicroUsd: 10_000, rps: 0.2 } };
const limits = { tenants: new Map([[OTHER, caps]]), features: new Map([['chat', caps]]) };

/** Of twenty minutes with ten requests of a tenant each, of which so many fail; a hundred are of somebody else and well. */
function told(tenant: string, failing: number) {
  const book = new Book({ slo, features: new Set(['chat']) });
  let state = EMPTY_WATCH_STATE;
  return Array.from({ length: 20 }, (_, minute) => {
    const at = START + minute * MINUTE_MS;
    for (let index = 0; index < 500; index++) book.add(record({ arrivedAt: at, tenant: 'big', feature: 'chat' }), at);
    for (let index = 0; index < 12; index++) {
      book.add((index < failing ? failed : record)({ arrivedAt: at, tenant, feature: 'chat' }), at);
    }
    const step = watch(state, { book, slo, limits }, at + MINUTE_MS);
    state = JSON.parse(JSON.stringify(step.state));
    return step.notices;
  })
    .flat()
    .filter(({ subject }) => subject.endsWith(`/tenant:${tenant}`));
}

test('the limits of a tenant named other are not compared with the sums of all other tenants', () => {
  expect(told('acme', 0).map(({ subject }) => subject)).toEqual([
    'threshold/spend/feature:chat/ticket/tenant:acme',
    'threshold/rate/feature:chat/5m/note/tenant:acme',
  ]);
  expect(told(OTHER, 0)).toEqual([]);
});

test('problems of the other tenants are reported to operators, and not to a tenant named other', () => {
  const [page, ...more] = told(OTHER, 2).filter(({ data }) => data.sli === 'success');
  expect(more).toEqual([]);
  expect(page).toMatchObject({ tenant: null, severity: 'page' });
  expect(page?.text).toMatch(
    /^Success of chat for other tenants misses its target of 99.5 %: over the last five minutes 17 % of/,
  );
  expect(told('acme', 2).find(({ data }) => data.sli === 'success')).toMatchObject({ tenant: 'acme' });
});
