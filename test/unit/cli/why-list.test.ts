import { expect, it } from 'vitest';
import { requestLines } from '../../../cli/why/list-lines.ts';
import { attemptOf, recordOf } from '../core/slo/support/record.ts';

it('npm run why -- list has a row for each request, and says how to see older ones', () => {
  const refused = recordOf({ code: 'invalid_key', status: 401, ending: 'refused', attempts: [], ttftMs: null });
  const requests = [
    { ...recordOf({ attempts: [attemptOf({}), attemptOf({})] }), whole: true as const },
    { ...refused, tenant: null, feature: null, deployment: null, costMicroUsd: 0, whole: true as const },
    { ...recordOf({ cache: 'hit', attempts: [] }), whole: true as const },
    { ...recordOf({ role: 'replayed', attempts: [] }), whole: true as const },
    { ...recordOf({ staleCause: 'providers_unavailable' }), whole: true as const },
  ];
  const lines = requestLines({ requests, next: '7.3' }, { feature: 'chat', before: '9.1' });
  expect(lines.join('\n')).toBe(
    `
arrived               request                               tenant  feature  end                           by  attempts   first   whole     cost
2027-01-15 08:00:00Z  01a3185c-5000-7102-8304-050607000001  acme    chat     complete                      a          2  0.40 s  1.90 s  $0.0003
2027-01-15 08:00:00Z  01a3185c-5000-7102-8304-050607000001  -       -        invalid_key                   -          0       -  1.90 s       $0
2027-01-15 08:00:00Z  01a3185c-5000-7102-8304-050607000001  acme    chat     cache hit                     a          0  0.40 s  1.90 s  $0.0003
2027-01-15 08:00:00Z  01a3185c-5000-7102-8304-050607000001  acme    chat     replayed                      a          0  0.40 s  1.90 s  $0.0003
2027-01-15 08:00:00Z  01a3185c-5000-7102-8304-050607000001  acme    chat     stale: providers_unavailable  a          1  0.40 s  1.90 s  $0.0003

Older: npm run why -- list --feature chat --before 7.3`.trim(),
  );
});

it('says that nothing was found', () => {
  expect(requestLines({ requests: [], next: null }, {})).toEqual(['None found.']);
});
