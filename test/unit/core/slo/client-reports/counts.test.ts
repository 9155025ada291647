import { describe, expect, test } from 'vitest';
import { type Rating, ratingCounts, serviceCounts } from '../../../../../worker/core/slo/client-reports/counts.ts';
import { fold } from '../../../../../worker/core/slo/fold.ts';
import { packRecords } from '../../../../../worker/core/slo/packed.ts';
import type { Objective, Sli } from '../../../../../worker/core/slo/slo.ts';
import { bookOf, record, SLO } from '../book/support/records.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const AT = 20_000 * DAY_MS;
const opinion = (isGood: boolean, at = AT, isVouched = true): Rating => ({ isGood, isVouched, at });
const answer = record({ experiment: 'b', deployment: 'two' });
const [first] = SLO.objectives as [Objective];
const objective = (sli: Sli, feature: string | null): Objective => ({ ...first, sli, feature });
const body = (told: ReturnType<typeof ratingCounts>) =>
  JSON.stringify({ records: packRecords([], () => false), dropped: {}, told });

describe('feedback', () => {
  const book = bookOf();
  const windowOf = (name: string, key = 'quality', now = AT + DAY_MS) => {
    const { good, bad } = book.series(name)?.window(key, 2 * DAY_MS, now) ?? { good: 0, bad: 0 };
    return [good, bad];
  };

  test('counts for all requests, for the feature and the tenant, and for the deployment and the experiment that answered', () => {
    fold(book, { source: 'a', at: AT, sentAt: AT, body: body(ratingCounts(answer, opinion(true), undefined)) });
    for (const name of ['all', 'feature:chat', 'tenant:acme|feature:chat', 'deployment:two', 'experiment:b']) {
      expect(windowOf(name)).toEqual([1, 0]);
    }
    expect(book.series('all')?.lastAt).toBeUndefined();
  });

  test('replaces earlier feedback of the same rater', () => {
    fold(book, {
      source: 'a',
      at: AT,
      sentAt: AT,
      body: body(ratingCounts(answer, opinion(false, AT + DAY_MS), opinion(true))),
    });
    expect(windowOf('all')).toEqual([0, 1]);
    expect(book.series('all')?.window('quality', HOUR_MS, AT + DAY_MS)).toMatchObject({ good: 0, bad: 1 });
    expect(ratingCounts(answer, opinion(true), opinion(true))).toEqual([]);
  });

  test('of visitors is counted apart from that of known raters', () => {
    fold(book, {
      source: 'a',
      at: AT,
      sentAt: AT,
      body: body(ratingCounts(answer, opinion(true, AT, false), undefined)),
    });
    expect(windowOf('all')).toEqual([1, 1]);
    expect(windowOf('all', 'quality:vouched')).toEqual([0, 1]);
  });

  test('on a drill does not count', () => {
    expect(ratingCounts({ ...answer, drill: 'drill-1' }, opinion(true), undefined)).toEqual([]);
  });
});

test('figures count for their tenant, for all, and for the features whose objectives name them', () => {
  const sli: Sli = { kind: 'external', name: 'retrieval' };
  const book = bookOf({ objectives: [objective(sli, 'chat'), objective(sli, 'search')] });
  const told = [serviceCounts({ name: 'retrieval', good: 98, total: 100, at: AT }, 'acme')];
  fold(book, { source: 'a', at: AT, sentAt: AT, body: body(told) });
  const names = ['all', 'feature:chat', 'feature:search', 'tenant:acme', 'tenant:acme|feature:chat'];
  for (const name of names) {
    expect(book.series(name)?.window('external:retrieval', HOUR_MS, AT)).toMatchObject({ good: 98, bad: 2 });
  }
});

test('sampled answers count only for the promise of a schema', () => {
  const book = bookOf({ objectives: [objective({ kind: 'valid' }, 'chat')] });
  for (const valid of [true, true, false, null]) book.add(record({ valid }), AT);
  const chat = book.seriesOf(null, 'chat');
  expect(chat?.window('valid', HOUR_MS, AT)).toMatchObject({ good: 2, bad: 1 });
  expect(chat?.window('success', HOUR_MS, AT)).toMatchObject({ good: 4, bad: 0 });
});
