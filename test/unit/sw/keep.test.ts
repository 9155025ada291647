import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Features } from '../../../sw/core/features.ts';
import {
  ageSecondsOf,
  completionToKeep,
  isCompletion,
  isServable,
  MAX_KEPT_BYTES,
  mayKeep,
  secondsToKeep,
} from '../../../sw/core/keep.ts';

const NOW = 1_800_000_000_000;
const PAGE = { noStore: false, wish: 'fail' } as const;
const WHOLE = {
  id: 'c',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
};
const COMPLETION = JSON.stringify(WHOLE);

interface Given {
  status?: number;
  headers?: Record<string, string>;
  completion?: string | undefined;
  page?: Parameters<typeof mayKeep>[1];
}

const keeping = ({ status = 200, headers = {}, completion = COMPLETION, page = PAGE }: Given) => {
  const all: Record<string, string> = { 'cache-control': 'private, stale-if-error=60', ...headers };
  return mayKeep({ status, header: (name) => all[name] ?? null, completion }, page, NOW);
};

describe('what may be kept', () => {
  it('is a whole answer of normal mode, for as long as the router says', () => {
    const kept = { storedAt: NOW, keepUntil: NOW + 60_000 };
    expect(keeping({})).toEqual(kept);
    expect(keeping({ headers: { 'x-carryon-mode': 'normal' } })).toEqual(kept);
    expect(keeping({ page: { noStore: false, wish: 'queue' } })).toEqual(kept);
  });

  it('is as old as it was in the cache of the router', () => {
    expect(keeping({ headers: { age: '5' } })).toEqual({ storedAt: NOW - 5_000, keepUntil: NOW + 60_000 });
  });

  it.each<[string, Given]>([
    ['another status', { status: 206 }],
    ['another mode', { headers: { 'x-carryon-mode': 'safeguard' } }],
    ['no word of the router', { headers: { 'cache-control': '' } }],
    ['no-store of the router', { headers: { 'cache-control': 'no-store' } }],
    ['both words', { headers: { 'cache-control': 'stale-if-error=60, no-store' } }],
    ['no time', { headers: { 'cache-control': 'private, stale-if-error=0' } }],
    ['no-store of the page', { page: { noStore: true, wish: 'fail' } }],
    ['off', { page: { noStore: false, wish: 'off' } }],
    ['too many bytes', { completion: 'x'.repeat(MAX_KEPT_BYTES + 1) }],
    ['too many bytes in few characters', { completion: '€'.repeat(MAX_KEPT_BYTES / 2) }],
  ])('is not: %s', (_, given) => {
    expect(keeping(given)).toBeUndefined();
  });

  it('is nothing where no completion came together', () => {
    expect(
      mayKeep({ status: 200, header: () => 'stale-if-error=60', completion: undefined }, PAGE, NOW),
    ).toBeUndefined();
  });

  it.each([
    ['private, stale-if-error=604800', 604_800],
    ['Stale-If-Error=7', 7],
    ['stale-if-error=-1', 0],
    ['stale-if-error=1e9', 0],
    ['stale-if-error=', 0],
    ['max-age=60', 0],
    [null, 0],
  ])('%j is %d seconds', (header, seconds) => {
    expect(secondsToKeep(header)).toBe(seconds);
  });
});

describe('a completion', () => {
  it("is kept without the router's own words", () => {
    const kept = completionToKeep(JSON.stringify({ ...WHOLE, carryon: { costUsd: 1 }, carryon_cost_usd: 1 }));
    expect(JSON.parse(kept ?? '')).toEqual(WHOLE);
  });

  it.each([
    ['nothing', ''],
    ['half of one', COMPLETION.slice(0, -2)],
    ['a page', '<html></html>'],
    ['null', 'null'],
    ['an error', '{"error":{"message":"no"}}'],
    ['no choices', JSON.stringify({ ...WHOLE, choices: [] })],
    ['a choice that is null', JSON.stringify({ ...WHOLE, choices: [null] })],
    ['a choice without an end', JSON.stringify({ ...WHOLE, choices: [{ ...WHOLE.choices[0], finish_reason: null }] })],
    ['a chunk', JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })],
  ])('is not: %s', (_, text) => {
    expect(isCompletion(text)).toBe(false);
    expect(completionToKeep(text)).toBeUndefined();
  });

  it('that lost events is given, and not kept', () => {
    const text = JSON.stringify({ ...WHOLE, carryon: { skippedEvents: 1 } });
    expect([isCompletion(text), completionToKeep(text)]).toEqual([true, undefined]);
  });

  it('is whatever else: nothing throws', () => {
    fc.assert(fc.property(fc.json(), (text) => void completionToKeep(text)));
  });
});

describe('what may be given again', () => {
  const kept = { feature: 'chat', generation: 2, storedAt: NOW, keepUntil: NOW + 60_000 };
  const known = (more: object): Features => ({
    readAt: NOW,
    default: 'chat',
    features: { chat: { resume: true, travelTtlSeconds: 60, generation: 2, alias: 'a', ...more } },
  });

  it('is so until its time is over, known or not', () => {
    for (const features of [undefined, known({})]) {
      expect(isServable(kept, features, NOW + 59_999)).toBe(true);
      expect(isServable(kept, features, NOW + 60_000)).toBe(false);
    }
  });

  it('obeys what the router has changed since', () => {
    expect(isServable(kept, known({ travelTtlSeconds: 10 }), NOW + 9_999)).toBe(true);
    expect(isServable(kept, known({ travelTtlSeconds: 10 }), NOW + 10_000)).toBe(false);
    expect(isServable(kept, known({ travelTtlSeconds: 0 }), NOW)).toBe(false);
    expect(isServable(kept, known({ travelTtlSeconds: 600 }), NOW + 60_000)).toBe(false);
    expect(isServable(kept, known({ generation: 3 }), NOW)).toBe(false);
    expect(isServable({ ...kept, generation: null }, known({ generation: 3 }), NOW)).toBe(true);
  });

  it('has an age in whole seconds', () => {
    expect([NOW + 999, NOW + 61_000, NOW - 5_000].map((now) => ageSecondsOf(kept, now))).toEqual([0, 61, 0]);
  });
});
