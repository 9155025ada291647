/** Ledger rule 23: a refusal for a rate is remembered, one for money is not. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Refusals, rememberedRefusal, rememberRefusal } from '../../../../../worker/core/ledger/lease/refusals.ts';
import { type GrantReply, isByLimit, type LeaseRequest } from '../../../../../worker/core/ledger/messages.ts';
import type { Limits } from '../../../../../worker/core/ledger/types.ts';
import { LedgerInMemory } from '../support/ledger-in-memory.ts';
import { ask, done, idAt, NOON } from '../support/messages.ts';

let book: LedgerInMemory;
let calls: string[];
let refusals: Refusals;

beforeEach(() => {
  book = new LedgerInMemory(NOON);
  calls = [];
  refusals = new Map();
});

/** As an isolate asks: out of its memory, or the ledger. */
function grant(request: LeaseRequest): GrantReply {
  const remembered = rememberedRefusal(refusals, request, book.clockMs);
  if (remembered !== undefined) return remembered;
  calls.push('grant');
  const reply = book.grant(request);
  if (reply.refused !== undefined && isByLimit(reply)) {
    rememberRefusal(refusals, request.wants, reply, book.clockMs);
  }
  return reply;
}

const asking = (limits: Partial<Limits>, id = idAt(book.clockMs)) => ask(id, 5, { limits: { tenant: limits } });
const isRefused = (reply: GrantReply) => 'refused' in reply;

describe('refused for a rate', () => {
  const rate = { rps: 2, burst: 1 };

  it('nobody asks in vain until the wait is over, which is given as it is by then', () => {
    expect(isRefused(grant(asking(rate)))).toBe(false);
    expect(isRefused(grant(asking(rate)))).toBe(true);
    book.clockMs += 499;
    expect(grant(asking(rate))).toMatchObject({ refused: { limit: 'rps', retryAfterMs: 1 } });
    expect(calls).toEqual(['grant', 'grant']);
    book.clockMs += 1;
    expect(isRefused(grant(asking(rate)))).toBe(false);
    expect(calls).toEqual(['grant', 'grant', 'grant']);
  });

  it('for at most a second, for its limit may be raised', () => {
    const slow = { rps: 0.1, burst: 1 };
    grant(asking(slow));
    grant(asking(slow));
    book.clockMs += 1_000;
    grant(asking(slow));
    expect(calls).toEqual(['grant', 'grant', 'grant']);
  });

  it('a further attempt of a request that was admitted is asked for', () => {
    grant(asking(rate));
    grant(asking(rate));
    const one = asking(rate);
    expect(isRefused(grant({ ...one, wants: one.wants.map((want) => ({ ...want, requests: 0 })) }))).toBe(false);
  });

  it('many at once, one still asks for itself', () => {
    const limits = { rps: 2, burst: 10 };
    for (let place = 0; place < 6; place++) grant(asking(limits));
    const one = asking(limits);
    const many = { ...one, wants: one.wants.map((want) => ({ ...want, requests: 5 })) };
    expect(isRefused(grant(many))).toBe(true);
    expect(isRefused(grant(asking(limits)))).toBe(false);
  });
});

it('refused for money, it is asked again: a report may free some at any moment', () => {
  const first = idAt(NOON);
  grant(asking({ monthlyMicroUsd: 7 }, first));
  for (let times = 0; times < 2; times++) expect(isRefused(grant(asking({ monthlyMicroUsd: 7 })))).toBe(true);
  book.report(done(first, 1));
  expect(isRefused(grant(asking({ monthlyMicroUsd: 7 })))).toBe(false);
  expect(calls).toHaveLength(4);
});
