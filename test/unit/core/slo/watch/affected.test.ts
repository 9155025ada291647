import { expect, test } from 'vitest';
import { failingDeployment } from '../../../../../worker/core/slo/watch/affected.ts';
import { attempt, bookOf, failed, record } from '../book/support/records.ts';

const AT = Date.UTC(2027, 4, 16, 12);
const bad = (deployment: string) => attempt({ deployment, result: 'server_error', ttftMs: null });

test.for([
  ['none if no attempt failed', [], null],
  ['the only one with failed attempts', ['one', 'one'], 'one'],
  ['the one with more than half of the failed attempts', ['one', 'two', 'two'], 'two'],
  ['none if both fail alike', ['one', 'two'], null],
] as const)('the deployment that is named: %s', ([, failures, named]) => {
  const book = bookOf();
  book.add(record({ arrivedAt: AT }), AT);
  if (failures.length > 0) book.add(failed({ arrivedAt: AT, attempts: failures.map(bad) }), AT);
  expect(failingDeployment(book, 3_600_000, AT + 60_000)).toBe(named);
});
