import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Turn } from '../../../web-demo/core/conversation.ts';
import { provenanceOf, type Seen } from '../../../web-demo/core/provenance.ts';
import { wordsFor } from '../../../web-demo/words/words.ts';
import { ASKED_AT, anyTurn, call, complete, FAILED, facts, PROVIDERS, turn } from './answer-shapes.ts';

const english = wordsFor(['en-GB']);
const german = wordsFor(['de-DE']);
const HOUR = 3_600_000;

const line = (one: Turn, seen: Partial<Seen> = {}, words = english): string => {
  const { pills, facts: beside } = provenanceOf(
    one,
    { providers: PROVIDERS, isOnline: true, now: ASKED_AT, isResuming: false, ...seen },
    words,
  );
  return [pills.map(({ text, tone }) => `[${tone}: ${text}]`).join(' '), beside.join(' · ')]
    .filter((part) => part !== '')
    .join(' ');
};

const problem = { code: 'providers_unavailable', status: 503, retryAt: null, message: null, requestId: null };
const BOTH_FAILED = [call('a-1', 3, 38, FAILED), call('b-1', 50, 80, FAILED)];

describe('the line under an answer says', () => {
  it.each<[string, Turn, string]>([
    ['nothing out of the ordinary', complete(), 'claude-haiku-4-5 · 0.40 s to first word · $0.0003'],
    [
      'who failed and who answered',
      complete({ attempts: [call('a-1', 3, 38, FAILED), call('b-1', 190, 1_500, { ttftMs: 210 })] }),
      '[warn: A failed, B answered] claude-haiku-4-5 · 0.40 s to first word · $0.0003',
    ],
    [
      'who stood in for a provider in cooldown',
      complete({
        attempts: [call('b-1', 3, 900)],
        cooldowns: [{ deployment: 'a-1', cause: 'server_error', leftMs: 8_000 }],
      }),
      '[warn: B answered while A recovers] claude-haiku-4-5 · 0.40 s to first word · $0.0003',
    ],
    [
      'nothing of a later provider that would not have been asked',
      complete({
        attempts: [call('a-1', 3, 900)],
        cooldowns: [{ deployment: 'b-1', cause: 'server_error', leftMs: 8_000 }],
      }),
      'claude-haiku-4-5 · 0.40 s to first word · $0.0003',
    ],
    [
      'that the same provider was asked again',
      complete({ attempts: [call('a-1', 3, 38, FAILED), call('a-1', 90, 900)] }),
      '[warn: A failed, then answered] claude-haiku-4-5 · 0.40 s to first word · $0.0003',
    ],
    [
      'names of deployments where there are no letters',
      complete({ attempts: [call('mini', 3, 38, FAILED), call('haiku', 90, 900)] }),
      '[warn: mini failed, haiku answered] claude-haiku-4-5 · 0.40 s to first word · $0.0003',
    ],
    ['how long a whole answer took', complete({ firstWordMs: null, costUsd: null }), 'claude-haiku-4-5 · 1.9 s in all'],
    ['nothing that it does not know', complete({ firstWordMs: null, totalMs: null, costUsd: null, model: null }), ''],
    [
      'that it went on',
      complete({ resumed: 1, model: null, costUsd: null }),
      '[good: Resumed where it broke off] 0.40 s to first word',
    ],
    [
      'that a smaller model answered',
      complete({ mode: 'safeguard', model: 'tiny', costUsd: 0.00001 }),
      '[warn: Answered by a smaller model] tiny · 0.40 s to first word · < $0.0001',
    ],
    [
      'the age of a cached answer',
      complete({ source: { kind: 'cached', ageMs: 240_000 }, model: 'tiny', costUsd: 0 }),
      '[good: From the cache] 4 min old · tiny · 0.40 s to first word · $0.00',
    ],
    [
      'that it was stopped',
      turn({ state: 'stopped', facts: facts({ costUsd: null }) }),
      '[plain: Stopped] claude-haiku-4-5 · 0.40 s to first word',
    ],
    ['that there is no answer', turn({ state: 'failed', problem, facts: null }, ''), '[bad: No answer]'],
    [
      'who failed',
      turn({ state: 'failed', problem, facts: facts({ attempts: BOTH_FAILED }) }, ''),
      '[bad: No answer] A and B failed',
    ],
    ['that it is not complete', turn({ state: 'failed', problem, facts: null }), '[bad: Incomplete]'],
    [
      'that asking again found no connection',
      turn({ state: 'complete', facts: facts(), again: { ...problem, code: 'offline' } }),
      '[away: Saved just now] you were offline; ask again for a fresh one',
    ],
    [
      'that asking again was in vain',
      turn({ state: 'complete', facts: facts(), again: { ...problem, code: 'budget_exceeded' } }),
      '[away: Saved just now] asked again without success · Not enough budget left',
    ],
    [
      'that the answer ends where its limit is',
      complete({ finishReason: 'length', costUsd: null, model: null }),
      '0.40 s to first word · ends at its length limit',
    ],
    [
      'that the provider’s filter ended it',
      complete({ finishReason: 'content_filter', costUsd: null, model: null }),
      '0.40 s to first word · ended by the provider’s filter',
    ],
    [
      'that some of it could not be read',
      complete({ skippedEvents: 1, costUsd: null, model: null }),
      '0.40 s to first word · some words may be missing',
    ],
    ['nothing while it is asked', turn({ state: 'asking' }, ''), ''],
  ])('%s', (_, one, expected) => {
    expect(line(one)).toBe(expected);
  });

  it.each<[string, boolean, string]>([
    ['offline', false, 'you are offline; ask again later for a fresh one'],
    ['offline', true, 'you were offline; ask again for a fresh one'],
    ['unreachable', false, 'the router does not answer; ask again later for a fresh one'],
    ['unreachable', true, 'the router was away; ask again for a fresh one'],
    ['timeout', true, 'the router did not answer in time; ask again for a fresh one'],
    ['cut', true, 'the new answer broke off; ask again for a fresh one'],
    ['http_502', true, 'the router had a problem; ask again for a fresh one'],
    ['mode', true, 'travel mode shows saved answers first'],
    ['mode', false, 'travel mode shows saved answers first'],
  ])('why a saved answer is shown (%s, online: %s)', (cause, isOnline, why) => {
    const one = complete({ source: { kind: 'saved', ageMs: 3 * HOUR, cause } });
    expect(line(one, { isOnline })).toBe(`[away: Saved 3 h ago] ${why}`);
  });

  it('an age that grows', () => {
    const one = complete({ source: { kind: 'saved', ageMs: 59 * 60_000, cause: 'offline' } });
    expect(line(one)).toContain('Saved 59 min ago');
    expect(line(one, { now: ASKED_AT + 61_000 })).toContain('Saved 1 h ago');
    expect(line(one, { now: ASKED_AT + 72 * HOUR })).toContain('Saved 3 days ago');
    expect(line(one, { now: ASKED_AT + 72 * HOUR }, german)).toContain('Gespeichert vor 3 Tagen');
  });

  it('that the answer is going on, while it does', () => {
    expect(line(turn({ state: 'asking' }, ''), { isResuming: true })).toBe('[away: Picking up where it broke off…]');
  });

  it('something, without holes, of everything that can come of a question', () => {
    fc.assert(
      fc.property(
        anyTurn,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(english, german),
        (one, isOnline, known, words) => {
          const { pills, facts: beside } = provenanceOf(
            one,
            { providers: known ? PROVIDERS : [], isOnline, now: ASKED_AT + 5_000, isResuming: false },
            words,
          );
          for (const text of [...pills.map(({ text: said }) => said), ...beside])
            expect(text).toMatch(/^(?!.*(undefined|null|NaN|Infinity|\[object))\S(.*\S)?$/);
          expect(new Set(pills.map(({ text }) => text)).size).toBe(pills.length);
        },
      ),
    );
  });
});
