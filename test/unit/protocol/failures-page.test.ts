/** docs/failures.md has every error code with the status it really has, and says truly whether another try can help. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorToWire, OWN_CODES, type RouterError } from '../../../protocol/errors.ts';

const page = readFileSync(`${import.meta.dirname}/../../../docs/failures.md`, 'utf8');
const rows = [...page.matchAll(/^\| ([\d, …]+) \| (.*?) \| (.*?) \|$/gm)].flatMap(
  ([, statuses = '', codes = '', advice = '']) =>
    [...codes.matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => ({ code, statuses: statuses.split(', '), advice })),
);

/** An error with this code and enough of everything else. */
const wireOf = (code: string) =>
  errorToWire({
    ...{
      param: 'x',
      detail: 'x',
      alias: 'x',
      feature: 'x',
      host: 'x',
      path: 'x',
      encoding: 'x',
      tier: 'x',
      origin: 'x',
    },
    ...{ known: [], allowed: [], allow: [], missing: [], how: 'x', method: 'x', needed: 'x', has: 'x', status: 400 },
    ...{
      scope: 'tenant',
      limit: code === 'rate_limit_exceeded' ? 'rps' : 'daily',
      cap: 1,
      resetsAt: 0,
      neverFits: false,
    },
    ...{ retryAfterMs: 1_000, limitMs: 1, limitBytes: 1, onlyHeld: false },
    code,
  } as unknown as RouterError);

test('it names every code once, and no other', () => {
  expect(rows.map(({ code }) => code).sort()).toEqual([...OWN_CODES].sort());
});

test.for(rows)('$code has the status that the page says, and may be sent again only where it says so', (row) => {
  const { status, headers } = wireOf(row.code);
  expect(row.statuses).toContain(String(status));
  // Of the two kinds of this refusal, the one that is built here comes from what is spent, so waiting does not help.
  const waits = row.advice.startsWith('wait') && row.code !== 'budget_exceeded';
  expect('retry-after' in headers).toBe(waits);
  const saysNothing = ['client_gone', 'stream_interrupted'].includes(row.code);
  expect(headers['x-should-retry']).toBe(waits || saysNothing ? undefined : 'false');
});
