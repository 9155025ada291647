/** What earlier builds stored of an answer's head and ending is given as what it was. */
import { expect, it } from 'vitest';
import { readEnding, readHead } from '../../../../../worker/core/answers/stream/earlier-head.ts';
import { readPages } from '../../../../../worker/core/answers/stream/pages.ts';

const headers = {
  ...{ 'x-carryon-attempts': '2', 'x-carryon-hops': '1', 'x-carryon-mode': 'safeguard', 'x-carryon-cache': 'bypass' },
  ...{ 'x-carryon-dropped': 'seed, top_k', 'x-ratelimit-remaining-requests': '7' },
};
const openHeaders = {
  ...{ 'x-carryon-deployment': 'a', 'x-carryon-provider': 'openai', 'x-carryon-model': 'm-1' },
  ...{ 'x-carryon-cost-usd': '0.000042', 'x-carryon-budget-remaining-usd': '3' },
};
const HEAD = {
  ...{ mode: 'safeguard', attempts: 2, hops: 1, dropped: ['seed', 'top_k'] },
  ...{ deployment: 'a', provider: 'openai', model: 'm-1', costMicroUsd: 42 },
};

it('a head that was kept as headers', () => {
  expect(readHead({ headers, openHeaders })).toEqual(HEAD);
  const stored = JSON.stringify({ headers, openHeaders });
  expect(readPages(`head 0 . ${stored.length} -\n${stored}`).head).toEqual(HEAD);
});

it('the head of a kept copy: a hit, with its age', () => {
  const copied = { 'x-carryon-cache': 'hit', 'x-answer-stored-at': '1700000000000' };
  expect(readHead({ headers: copied, openHeaders: {} })).toEqual({ cache: 'hit', storedAt: 1_700_000_000_000 });
});

it('an answer that ran without the ledger still says so', () => {
  expect(readHead({ headers: { 'x-carryon-ledger': 'unreachable' }, openHeaders: {} })).toEqual({ isUnmetered: true });
});

it('an ending whose error kept its own headers among those of its head', () => {
  const error = { status: 410, body: 'E', head: { headers: { ...headers, 'x-should-retry': 'false' }, openHeaders } };
  expect(readEnding({ standing: 'stopped', error: error as never })).toEqual({
    kind: 'stopped',
    error: { status: 410, body: 'E', head: HEAD, headers: { 'x-should-retry': 'false' } },
  });
});

it('an ending whose kind was called its standing', () => {
  const error = { status: 502, head: HEAD, headers: {}, body: 'E' };
  expect(readEnding({ standing: 'complete', skippedEvents: 2 } as never)).toEqual({
    kind: 'complete',
    skippedEvents: 2,
  });
  expect(readEnding({ standing: 'died', error: error as never })).toEqual({ kind: 'died', error });
});

it('what this build stores is read as it is', () => {
  const error = { status: 410, head: HEAD, headers: { 'x-should-retry': 'false' }, body: 'E' };
  for (const ending of [{ kind: 'complete' }, { kind: 'died', error }] as never[])
    expect(readEnding(ending)).toBe(ending);
  expect(readHead(HEAD as never)).toBe(HEAD);
});
