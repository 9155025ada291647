/** What a dependency's failures touch, and what they take of its budget. */
import { expect, test } from 'vitest';
import { publicReport } from '../../../../worker/core/slo/public-report.ts';
import { reportOf } from '../../../../worker/core/slo/report.ts';
import { bookOf, DAY_MS, FAILED, NOW, SUCCESS, type Written } from './support/reports.ts';

const RETRIEVAL = { name: 'retrieval', sli: 'external', target: 99, tier: 2 } as const;
const REPORTED = { key: 'external:retrieval', tenant: null, feature: null, deployment: null, experiment: null };
const slo = (consumes: boolean): Written => ({
  objectives: [{ ...SUCCESS, tier: 1 }, RETRIEVAL],
  dependencies: [{ objective: 'retrieval', touches: ['chat-success'], consumes }],
  public: ['chat-success'],
});

function reported(written: Written) {
  const { book, settings } = bookOf(written, [
    [990, {}],
    [10, FAILED],
  ]);
  book.report({ ...REPORTED, good: 95, bad: 5 }, NOW - 1_000);
  return { book, settings, all: reportOf(book, settings, {}, NOW) };
}

test('an objective says what it depends on and how that stands, and a dependency says what it touches', () => {
  const { all, settings } = reported(slo(false));
  expect(all.objectives).toMatchObject([
    { tier: 1, dependsOn: [{ objective: 'retrieval', state: 'exhausted', consumes: false }], touches: [], value: 0.99 },
    { tier: 2, dependsOn: [], touches: ['chat-success'] },
  ]);
  const shown = publicReport(all, null, { ...settings, publicNames: new Set(['chat-success']) });
  expect(shown.objectives).toMatchObject([{ dependsOn: [], touches: [] }]);
});

test('a dependency that consumes takes its bad share out of the budget, over every window', () => {
  const { all, book, settings } = reported(slo(true));
  const [chat] = all.objectives;
  expect(chat).toMatchObject({ value: expect.closeTo(0.9405, 9), total: 1_000, good: 940, state: 'exhausted' });
  expect(chat?.errorBudgetRemaining).toBeCloseTo(1 - 0.0595 / 0.01, 9);
  expect(chat?.burnRates['1h']).toBeCloseTo(5.95, 9);
  expect(chat?.month.value).toBeCloseTo(0.9405, 9);
  expect(chat?.days.at(-1)).toBe('broken');
  // Whichever of them is looked at.
  const [ofTenant] = reportOf(book, settings, { tenant: 'acme' }, NOW).objectives;
  expect(ofTenant?.value).toBeCloseTo(0.9405, 9);
});

test('a dependency without figures changes nothing', () => {
  const { book, settings } = bookOf(slo(true), [[100, {}]]);
  expect(reportOf(book, settings, {}, NOW).objectives[0]).toMatchObject({
    value: 1,
    dependsOn: [{ state: 'no_data' }],
  });
  book.report({ ...REPORTED, good: 0, bad: 5 }, NOW - 40 * DAY_MS);
  expect(reportOf(book, settings, {}, NOW).objectives[0]?.value).toBe(1);
});
