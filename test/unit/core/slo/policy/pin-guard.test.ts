import { expect, it } from 'vitest';
import { pinChoice } from '../../../../../worker/core/slo/policy/pin-guard.ts';
import type { Counts } from '../../../../../worker/core/slo/policy/standing.ts';

type Attempts = [attempts: Counts, lately?: Counts];

const chosen = (a: Attempts, b: Attempts) =>
  pinChoice({
    ...{ alias: 'app/chat', target: 99, minErrors: 5 },
    deployments: [
      { id: 'a', attempts: a[0], lately: a[1] ?? a[0] },
      { id: 'b', attempts: b[0], lately: b[1] ?? b[0] },
    ],
  });

const WELL = { good: 500, bad: 0 };
const DOWN = { good: 0, bad: 300 };

it.each<[string, Attempts, Attempts, string]>([
  ['the one that is well', [DOWN], [WELL], 'b'],
  [
    'nobody, where the other went down too and has been in cooldown since',
    [
      { good: 6_000, bad: 20 },
      { good: 0, bad: 2 },
    ],
    [DOWN],
    'none is well',
  ],
  [
    'nobody, where the other went into cooldown for good',
    [
      { good: 6_000, bad: 20 },
      { good: 0, bad: 0 },
    ],
    [DOWN],
    'none is well',
  ],
  ['nobody, where the other is fine of late but was not', [DOWN], [{ good: 500, bad: 50 }, WELL], 'none is well'],
  ['nobody, where both are down', [DOWN], [DOWN], 'no culprit'],
  ['nobody, where nothing is bad', [WELL], [WELL], 'too few'],
])('pins %s', (_, a, b, expected) => {
  const choice = chosen(a, b);
  expect(choice.do === 'pin' ? choice.pin : choice.skip).toBe(expected);
});
