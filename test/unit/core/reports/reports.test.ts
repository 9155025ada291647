import { expect, it } from 'vitest';
import { ReportsSeen } from '../../../../worker/core/reports/reports.ts';

it('an id counts once while it is among the last 5,000', () => {
  const seen = new ReportsSeen();
  const one = (id: string) => seen.count('acme', [{ id, kind: 'offline' }]);
  expect([one('first'), one('first')]).toEqual([{ offline: 1 }, undefined]);
  expect(seen.count('other', [{ id: 'first', kind: 'offline' }])).toEqual({ offline: 1 });
  for (let index = 0; index < 4_998; index++) one(`id ${index}`);
  expect(one('first')).toBeUndefined();
  one('one more');
  expect(one('first')).toEqual({ offline: 1 });
});
