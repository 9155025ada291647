/** What isolates took with them. */
import { expect, test } from 'vitest';
import { Losses } from '../../../../../worker/core/slo/book/losses.ts';
import { AT } from '../support/record.ts';

const [SECOND_MS, MINUTE_MS, DAY_MS] = [1_000, 60_000, 86_400_000];

test('an isolate that is silent for two minutes with requests under way counts as a loss', () => {
  const losses = new Losses();
  losses.note('a', 3, AT);
  losses.note('b', 0, AT);
  expect(losses.until(AT + 2 * MINUTE_MS - 1)).toEqual([]);
  const lost = [{ from: AT, to: AT + 10 * SECOND_MS, openRequests: 3 }];
  expect(losses.until(AT + 2 * MINUTE_MS)).toEqual(lost);
  losses.note('b', 0, AT + 3 * MINUTE_MS);
  expect(losses.until(AT + 29 * DAY_MS)).toEqual(lost);
  expect(losses.until(AT + 30 * DAY_MS)).toEqual([]);
});

test('an isolate whose requests were only long is no loss', () => {
  const losses = new Losses();
  losses.note('a', 1, AT);
  losses.note('b', 0, AT + 5 * MINUTE_MS);
  expect(losses.until(AT + 5 * MINUTE_MS)).toHaveLength(1);
  losses.note('a', 0, AT + 6 * MINUTE_MS);
  expect(losses.until(AT + 60 * MINUTE_MS)).toEqual([]);
});

test('losses at the same time are reported as one, and saved with the book', () => {
  const losses = new Losses();
  for (const [source, open, at] of [
    ['a', 2, 0],
    ['b', 1, 4],
    ['c', 5, 13],
    ['d', 1, 60],
  ] as const) {
    losses.note(source, open, AT + at * SECOND_MS);
  }
  losses.note('e', 7, AT + 200 * SECOND_MS);
  const told = [
    { from: AT, to: AT + 23 * SECOND_MS, openRequests: 8 },
    { from: AT + 60 * SECOND_MS, to: AT + 70 * SECOND_MS, openRequests: 1 },
  ];
  expect(losses.until(AT + 201 * SECOND_MS)).toEqual(told);
  const loaded = new Losses();
  loaded.load(losses.save());
  expect(loaded.until(AT + 201 * SECOND_MS)).toEqual(told);
  expect(loaded.until(AT + 10 * MINUTE_MS)).toHaveLength(3);
});

test('at most 500 losses are kept', () => {
  const losses = new Losses();
  for (let index = 0; index < 600; index++) losses.note(`isolate ${index}`, 1, AT + index * MINUTE_MS);
  const told = losses.until(AT + 600 * MINUTE_MS);
  // The last but one has been silent for two minutes, and the last for one.
  expect(told).toHaveLength(501);
  expect(told[0]?.from).toBe(AT + 98 * MINUTE_MS);
});

test('records that isolates say they have lost are counted for 30 days, and saved with the rest', () => {
  const losses = new Losses();
  losses.note('a', 0, AT, 2);
  losses.note('a', 0, AT + MINUTE_MS);
  losses.note('b', 1, AT + DAY_MS, 3);
  const loaded = new Losses();
  loaded.load(losses.save());
  for (const one of [losses, loaded]) {
    expect(one.dropped(AT + DAY_MS)).toBe(5);
    expect(one.dropped(AT + 30 * DAY_MS)).toBe(3);
    expect(one.dropped(AT + 31 * DAY_MS)).toBe(0);
  }
});

test('what a build without them has saved is read', () => {
  const losses = new Losses();
  losses.load('[[["a",0,3]],[]]');
  expect(losses.dropped(AT)).toBe(0);
});
