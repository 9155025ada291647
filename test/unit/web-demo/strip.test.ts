import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announcement, NEWS_FOR_MS, type StripSeen, stripOf } from '../../../web-demo/core/strip.ts';
import { wordsFor } from '../../../web-demo/words/words.ts';
import { ASKED_AT, anyFacts, call, FAILED, facts, PROVIDERS } from './answer-shapes.ts';

const english = wordsFor(['en-GB']);
const german = wordsFor(['de-DE']);
const [A, B] = PROVIDERS as [(typeof PROVIDERS)[0], (typeof PROVIDERS)[0]];
const OUT = { plugged: false };

const seen = (some: Partial<StripSeen> = {}): StripSeen => ({
  connection: 'online',
  mode: 'auto',
  isResuming: false,
  isKept: true,
  providers: PROVIDERS,
  news: null,
  last: null,
  pluggedInAt: 0,
  now: () => ASKED_AT + 2_000,
  ...some,
});
const strip = (some: Partial<StripSeen> = {}): string => {
  const { tone, lead, rest } = stripOf(seen(some), english);
  return `${tone}: ${lead}${rest === '' ? '' : ` | ${rest}`}`;
};

const failover = facts({ attempts: [call('a-1', 3, 38, FAILED), call('b-1', 190, 1_500)] });
const cooling = facts({
  attempts: [call('b-1', 3, 900)],
  cooldowns: [{ deployment: 'a-1', cause: 'server_error', leftMs: 8_000 }],
});

describe('the strip says', () => {
  it.each<[string, Partial<StripSeen>, string]>([
    ['that all is well', {}, 'good: Connected'],
    ['that travel mode is on', { mode: 'travel' }, 'good: Connected | Saved answers come first'],
    [
      'no connection',
      { connection: 'offline' },
      'away: No connection. | Saved answers still work; new questions wait.',
    ],
    [
      'no promise where nothing is kept',
      { connection: 'offline', isKept: false },
      'away: No connection. | Ask again when you are back online.',
    ],
    ['that the router is away', { connection: 'unreachable' }, 'warn: The router does not answer. | Trying again…'],
    [
      'that an answer goes on',
      { isResuming: true },
      'warn: Picking up where it broke off… | The connection broke in the middle of the answer.',
    ],
    [
      'no connection before anything else',
      { connection: 'offline', isResuming: true, last: failover },
      'away: No connection. | Saved answers still work; new questions wait.',
    ],
    ['that a problem is worked on', { news: 'incident' }, 'warn: We are working on a problem.'],
    [
      'that a promise burns before who stands in',
      { news: 'failing', last: failover },
      'warn: More answers than planned are failing. | Provider B answers while A recovers',
    ],
    [
      'no promise without a connection',
      { news: 'late', connection: 'unreachable' },
      'warn: The router does not answer. | Trying again…',
    ],
    [
      'that all is unplugged before any promise',
      {
        news: 'late',
        providers: [
          { ...A, ...OUT },
          { ...B, ...OUT },
        ],
      },
      'bad: Connected | No provider is plugged in',
    ],
    ['who stands in after a failure', { last: failover }, 'good: Connected | Provider B answers while A recovers'],
    ['who stands in during a cooldown', { last: cooling }, 'good: Connected | Provider B answers while A recovers'],
    ['nothing of a cooldown that is over', { last: cooling, now: () => ASKED_AT + 8_001 }, 'good: Connected'],
    ['nothing of an old failure', { last: failover, now: () => ASKED_AT + NEWS_FOR_MS }, 'good: Connected'],
    ['nothing of a failure after its plug went in', { last: failover, pluggedInAt: ASKED_AT + 1 }, 'good: Connected'],
    [
      'who stands in for as long as a plug is out',
      { last: failover, providers: [{ ...A, ...OUT }, B], now: () => ASKED_AT + 9 * NEWS_FOR_MS },
      'good: Connected | Provider B answers while A recovers',
    ],
    ['which plug is out', { providers: [{ ...A, ...OUT }, B] }, 'good: Connected | Provider A is unplugged'],
    [
      'which plug is out, not who answered before',
      { last: facts(), providers: [A, { ...B, ...OUT }] },
      'good: Connected | Provider B is unplugged',
    ],
    [
      'that nobody can answer',
      {
        providers: [
          { ...A, ...OUT },
          { ...B, ...OUT },
        ],
        last: failover,
      },
      'bad: Connected | No provider is plugged in',
    ],
    ['nothing where this page may not know', { providers: [], last: facts() }, 'good: Connected'],
    [
      'nothing of a saved answer',
      { last: { ...failover, source: { kind: 'saved', ageMs: 1, cause: 'offline' } } },
      'good: Connected',
    ],
  ])('%s', (_, some, expected) => {
    expect(strip(some)).toBe(expected);
  });

  it('one sentence without holes, whatever is seen', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('online' as const, 'unreachable' as const, 'offline' as const),
        fc.constantFrom('auto' as const, 'travel' as const),
        fc.boolean(),
        fc.option(anyFacts),
        fc.tuple(fc.boolean(), fc.boolean()),
        fc.constantFrom(english, german),
        (connection, mode, flag, last, [isA, isB], words) => {
          const providers = [
            { ...A, plugged: isA },
            { ...B, plugged: isB },
          ];
          const { lead, rest } = stripOf(
            seen({ connection, mode, isResuming: flag, isKept: !flag, last, providers }),
            words,
          );
          expect(lead).toMatch(/\S/);
          expect(`${lead} ${rest}`).not.toMatch(/undefined|null|NaN|\[object/);
        },
      ),
    );
  });
});

describe('a screen reader is told', () => {
  const offline = stripOf(seen({ connection: 'offline' }), english);

  it('a sentence, and the same one not twice', () => {
    const said = announcement(offline, '');
    expect(said).toBe('No connection. Saved answers still work; new questions wait.');
    expect(announcement(offline, said ?? '')).toBeNull();
  });
});
