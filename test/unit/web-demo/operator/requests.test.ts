import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../../web-demo/operator/core/outcome.ts';
import { headingOf, sentenceOf, timelineOf, tokensText } from '../../../../web-demo/operator/core/receipt.ts';
import { ordered, searchOf } from '../../../../web-demo/operator/core/search.ts';
import type { Receipt } from '../../../../worker/core/slo/receipt.ts';
import type { RecordedAttempt, RequestRecord } from '../../../../worker/core/slo/record.ts';
import { recordOf } from '../../core/slo/support/record.ts';

const receipt = (more: Partial<RequestRecord> = {}): Receipt => ({ ...recordOf(more), whole: true });
const attempt = (deployment: string, more: Partial<RecordedAttempt> = {}): RecordedAttempt => ({
  ...{ deployment, provider: deployment, model: `model-${deployment}`, startedMs: 3, ttftMs: null, ms: 38 },
  ...{ result: 'server_error', status: 503, hop: 0 },
  ...more,
});
const failedOver = receipt({
  ...{ stream: true, deployment: 'b', hops: 1, ttftMs: 436, totalMs: 2_000 },
  attempts: [
    attempt('a'),
    attempt('a', { startedMs: 150, ms: 72 }),
    attempt('b', { startedMs: 222, ms: 1_700, ttftMs: 214, result: 'success', status: null, hop: 1 }),
  ],
});
const hit = receipt({ ttftMs: 4, totalMs: 5, cache: 'hit', cacheAgeS: 720, attempts: [], deployment: null });
const refused = receipt({
  ttftMs: null,
  totalMs: 3,
  ending: 'refused',
  status: 429,
  code: 'budget_exceeded',
  attempts: [],
  deployment: null,
});

describe('a search', () => {
  it('asks the router for what it narrows, and narrows the rest itself', () => {
    const { asked, shown, isNarrowed, problem } = searchOf(
      'feature:chat tenant:acme user:"ana maria" outcome:failed-over',
    );
    expect([asked, isNarrowed, problem]).toEqual([
      { feature: 'chat', tenant: 'acme', user: 'ana maria', code: null },
      true,
      null,
    ]);
    expect([failedOver, hit].map(shown)).toEqual([true, false]);
  });

  it.each([
    ['by:a', [failedOver]],
    ['model:MODEL-B', [failedOver]],
    ['outcome:cache', [hit]],
    ['outcome:over-budget', [refused]],
    ['slower:0.3', [failedOver]],
    ['dearer:$1000', []],
    ['mode:normal outcome:cache', [hit]],
    ['', [failedOver, hit, refused]],
  ])('%s', (text, found) => {
    expect([failedOver, hit, refused].filter(searchOf(text).shown)).toEqual(found);
  });

  it('opens a request by its id', () => {
    const id = '019ac7e2-51c0-7b4e-9d1a-6f0c2b8e44d1';
    expect(searchOf(` ${id.toUpperCase()} `)).toMatchObject({ id, problem: null });
  });

  it.each([
    ['colour:red', /no field “colour”/],
    ['hello', /“hello” is neither a field/],
    ['feature:', /a value after “feature:”/],
    ['slower:quickly', /a number after “slower:”/],
    ['user:ana', /Name the tenant too/],
  ])('says what is wrong with %s', (text, problem) => expect(searchOf(text).problem).toMatch(problem));

  it('orders what was found', () => {
    expect(ordered([hit, failedOver], 'slowest')[0]).toBe(failedOver);
    expect(ordered([hit, failedOver], 'newest')).toEqual([hit, failedOver]);
  });
});

describe('a receipt', () => {
  it('of a failover says who failed, how, and who answered', () => {
    expect(outcomeOf(failedOver)).toEqual({ name: 'failed-over', text: 'failed over', tone: 'warn' });
    expect(headingOf(failedOver)).toBe('Served by b after a failed twice');
    expect(sentenceOf(failedOver)).toBe(
      'a answered 503 at once, and 503 again 147 ms later; b’s first word came 214 ms after it was asked.',
    );
    expect(timelineOf(failedOver)).toMatchObject([
      { name: 'identify, admit', from: 0, took: '3 ms' },
      { name: 'a', text: '503', tone: 'bad' },
      { name: 'a, again', text: '503', tone: 'bad' },
      { name: 'b', text: 'first word 436 ms', tone: 'good', took: '1.70 s' },
    ]);
  });

  it.each<[Receipt, string, RegExp, string]>([
    [hit, 'Answered from the cache', /12 min old, so no provider was asked/, 'cache, 12 min'],
    [refused, 'Refused with 429', /^A budget had no room for it\. No provider was asked/, 'over budget'],
    [
      receipt({
        ending: 'cut',
        code: 'stream_interrupted',
        deployment: 'a',
        attempts: [attempt('a', { result: 'cut', status: null, ttftMs: 5, ms: 900 })],
      }),
      'Broke off at a',
      /^a broke off after its content had begun, after 900 ms\. The stream broke off/,
      'cut',
    ],
    [
      receipt({
        ending: 'left',
        deployment: 'a',
        ttftMs: null,
        attempts: [attempt('a', { result: 'left', status: null })],
      }),
      'The client left while a was answering',
      /The client left before any content\.$/,
      'left',
    ],
    [
      receipt({ role: 'attached', attempts: [] }),
      'Joined an answer that was already running',
      /cost nothing/,
      'joined',
    ],
    [
      receipt({ role: 'replayed', attempts: [] }),
      'Replayed the result of an earlier request',
      /kept under its key/,
      'replayed',
    ],
    [
      receipt({
        staleCause: 'providers_unavailable',
        cache: 'stale',
        cacheAgeS: 90,
        attempts: [attempt('a'), attempt('b')],
      }),
      'A stale answer stood in for an error',
      /^a answered 503 at once; b answered 503/,
      'stale, 2 min',
    ],
  ])('%#', (one, heading, sentence, outcome) => {
    expect(headingOf(one)).toBe(heading);
    expect(sentenceOf(one)).toMatch(sentence);
    expect(outcomeOf(one).text).toBe(outcome);
  });

  it('has its tokens with what is special about them', () => {
    const one = receipt({ inputTokens: 81, outputTokens: 212, cachedTokens: 40, reasoningTokens: 0, estimated: true });
    expect(tokensText(one)).toBe('81 in, 212 out (40 cached, a bound)');
  });
});
