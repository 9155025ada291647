import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Turn } from '../../../web-demo/core/conversation.ts';
import { timelineOf } from '../../../web-demo/core/timeline.ts';
import { wordsFor } from '../../../web-demo/words/words.ts';
import { ASKED_AT, anyTurn, call, complete, FAILED, facts, PROVIDERS, turn } from './answer-shapes.ts';

const english = wordsFor(['en-GB']);
const german = wordsFor(['de-DE']);
const STEPS = [
  { name: 'identify', ms: 1 },
  { name: 'admit', ms: 2 },
  { name: 'total', ms: 3 },
];

/** One line per step, without the first, which is the question itself. */
const story = (one: Turn, providers = PROVIDERS): string[] =>
  timelineOf(one, providers, english)
    .slice(1)
    .map(({ lead, rest, atMs }) =>
      [lead, rest, atMs === null ? '' : `@${atMs}`].filter((part) => part !== '').join(' '),
    );

const problem = (code: string, status: number | null) => ({
  code,
  status,
  retryAt: null,
  message: null,
  requestId: null,
});

describe('what just happened', () => {
  it('begins with the question', () => {
    expect(timelineOf(complete(), PROVIDERS, english)[0]).toMatchObject({ lead: 'Asked', atMs: 0 });
  });

  it.each<[string, Turn, string[]]>([
    [
      'a failover',
      complete({
        steps: STEPS,
        attempts: [call('a-1', 3, 38, FAILED), call('a-1', 90, 98, FAILED), call('b-1', 190, 1_700, { ttftMs: 200 })],
      }),
      [
        'Budget is held for this answer @3',
        'Provider A answered 503 @41',
        'Provider A answered 503 again @188',
        'Provider B first word @402',
        'Complete 212 tokens, $0.0003 @1900',
      ],
    ],
    [
      'a provider that is left out',
      complete({
        attempts: [call('b-1', 3, 900, { ttftMs: 100 })],
        cooldowns: [{ deployment: 'a-1', cause: 'server_error', leftMs: 7_400 }],
        firstWordMs: null,
      }),
      [
        'Provider A is in cooldown for another 8 s, so it was not asked',
        'Provider B first word @103',
        'Complete 212 tokens, $0.0003 @1900',
      ],
    ],
    [
      'a provider that is asked all the same',
      complete({
        attempts: [call('a-1', 3, 900, { ttftMs: 100 })],
        cooldowns: [{ deployment: 'a-1', cause: 'server_error', leftMs: 8_000 }],
      }),
      [
        'Provider A is in cooldown for another 8 s, but was asked anyway',
        'Provider A first word @402',
        'Complete 212 tokens, $0.0003 @1900',
      ],
    ],
    [
      'a cooldown that began with the failure',
      complete({
        attempts: [call('a-1', 3, 38, FAILED), call('a-1', 90, 98, FAILED), call('b-1', 190, 900, { ttftMs: 200 })],
        cooldowns: [{ deployment: 'a-1', cause: 'server_error', leftMs: 9_900 }],
      }),
      [
        'Provider A answered 503 @41',
        'Provider A answered 503 again, cooldown 10 s @188',
        'Provider B first word @402',
        'Complete 212 tokens, $0.0003 @1900',
      ],
    ],
    [
      'a stream that the budget let pass',
      complete({
        steps: [
          { name: 'identify', ms: 1 },
          { name: 'attach', ms: 4 },
        ],
      }),
      ['Budget has room for this answer @5', 'First word @402', 'Complete 212 tokens, $0.0003 @1900'],
    ],
    [
      'a refusal, without a word of a budget that had room',
      turn(
        {
          state: 'failed',
          problem: problem('budget_exceeded', 429),
          facts: facts({ steps: STEPS, firstWordMs: null, totalMs: 9 }),
        },
        '',
      ),
      ['Not enough budget left @9'],
    ],
    [
      'an answer in one piece',
      complete({ firstWordMs: null, attempts: [call('a-1', 3, 900)] }),
      ['Provider A answered @903', 'Complete 212 tokens, $0.0003 @1900'],
    ],
    [
      'only what this page may know',
      complete({ costUsd: null, outputTokens: null }),
      ['First word @402', 'Complete @1900'],
    ],
    [
      'a connection that broke',
      complete({ resumed: 1 }),
      [
        'First word @402',
        'The connection broke in the middle of the answer',
        'The answer resumed where it broke off; nothing was asked twice',
        'Complete 212 tokens, $0.0003 @1900',
      ],
    ],
    [
      'a saved answer',
      complete({ source: { kind: 'saved', ageMs: 3 * 3_600_000, cause: 'offline' }, totalMs: 12 }),
      ['No connection so nothing was sent', 'Saved answer 3 h old @12'],
    ],
    [
      'travel mode',
      complete({ source: { kind: 'saved', ageMs: 30_000, cause: 'mode' }, totalMs: 12 }),
      ['Travel mode shows saved answers first', 'Saved answer less than a minute old @12'],
    ],
    [
      'a saved answer instead of an error',
      complete({ source: { kind: 'saved', ageMs: 300_000, cause: 'http_502' }, totalMs: 80 }),
      ['The router answered 502', 'Saved answer 5 min old @80'],
    ],
    [
      'the cache',
      complete({ source: { kind: 'cached', ageMs: 240_000 }, totalMs: 20, costUsd: 0 }),
      ['Cache had this answer, 4 min old', 'Complete 212 tokens, $0.00 @20'],
    ],
    [
      'a question that waited',
      complete({
        source: { kind: 'queued', answeredAt: ASKED_AT + 180_000 },
        steps: STEPS,
        attempts: [call('a-1', 3, 900)],
        firstWordMs: null,
      }),
      [
        'The outbox kept the question until it could be sent',
        'Budget is held for this answer',
        'Provider A answered',
        'Complete 212 tokens, $0.0003 @180000',
      ],
    ],
    [
      'a question that waits',
      turn({ state: 'waiting', queueId: 'q' }, ''),
      ['No connection so nothing was sent', 'The outbox keeps the question and sends it automatically'],
    ],
    [
      'a question that waits because nobody could answer',
      turn({ state: 'waiting', queueId: 'q', cause: 'http_503' }, ''),
      ['The router answered 503', 'The outbox keeps the question and sends it automatically'],
    ],
    [
      'a question that waits because both providers failed',
      turn(
        {
          ...{ state: 'waiting', queueId: 'q', cause: 'http_503' },
          facts: facts({ firstWordMs: null, attempts: [call('a-1', 3, 38, FAILED), call('b-1', 90, 98, FAILED)] }),
        },
        '',
      ),
      [
        'Provider A answered 503 @41',
        'Provider B answered 503 @188',
        'The outbox keeps the question and sends it automatically',
      ],
    ],
    [
      'a question that was asked again without a connection',
      turn({ state: 'complete', facts: facts(), again: problem('offline', 503) }),
      ['No connection so nothing was sent', `Earlier answer from ${english.format.time(ASKED_AT + 1_900)} stays`],
    ],
    [
      'a question that was asked again without money',
      turn({ state: 'complete', facts: facts(), again: problem('budget_exceeded', 429) }),
      ['Not enough budget left', `Earlier answer from ${english.format.time(ASKED_AT + 1_900)} stays`],
    ],
    ['a question on its way', turn({ state: 'asking' }, ''), ['Waiting for the first word…']],
    ['Stop', turn({ state: 'stopped', facts: facts({ totalMs: 700 }) }), ['First word @402', 'Stopped by you @700']],
    [
      'a refusal',
      turn({ state: 'failed', problem: problem('budget_exceeded', 429), facts: null }, ''),
      ['Not enough budget left'],
    ],
    [
      'a failure that has no words here',
      turn({ state: 'failed', problem: problem('something_new', 418), facts: null }, ''),
      ['No answer came 418, something_new'],
    ],
    [
      'a failure of all',
      turn(
        {
          state: 'failed',
          problem: problem('providers_unavailable', 503),
          facts: facts({
            firstWordMs: null,
            totalMs: 140,
            attempts: [call('a-1', 3, 38, FAILED), call('b-1', 50, 80, { result: 'unreachable' })],
          }),
        },
        '',
      ),
      ['Provider A answered 503 @41', 'Provider B could not be reached @130', 'No provider answered @140'],
    ],
    [
      'a small model',
      complete({ mode: 'safeguard' }),
      ['Budget nearly used up so a smaller model was asked', 'First word @402', 'Complete 212 tokens, $0.0003 @1900'],
    ],
  ])('tells of %s', (_, one, expected) => {
    expect(story(one)).toEqual(expected);
  });

  it.each([
    [true, false, ['Answering…']],
    [false, true, ['The connection broke', 'Picking up where it broke off…']],
    [true, true, ['The connection broke', 'Picking up where it broke off…']],
  ])('tells of an answer that is coming (words: %s, resuming: %s)', (hasWords, isResuming, expected) => {
    const steps = timelineOf(turn({ state: 'asking' }, ''), PROVIDERS, english, { hasWords, isResuming });
    expect(steps.slice(1).map(({ lead }) => lead)).toEqual(expected);
    expect(steps.at(-1)?.isRunning).toBe(true);
  });

  it('has no holes and never goes back in time, whatever happened', () => {
    fc.assert(
      fc.property(anyTurn, fc.boolean(), fc.constantFrom(english, german), (one, known, words) => {
        const steps = timelineOf(one, known ? PROVIDERS : [], words);
        expect(steps.length).toBeGreaterThan(1);
        for (const { lead, rest } of steps) {
          expect(lead).toMatch(/\S/);
          expect(`${lead} ${rest}`).not.toMatch(/undefined|null|NaN|Infinity|\[object/);
        }
        const times = steps.flatMap(({ atMs }) => (atMs === null ? [] : [atMs]));
        expect(times).toEqual(times.toSorted((one_, other) => one_ - other));
      }),
    );
  });
});
