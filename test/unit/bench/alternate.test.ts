import { describe, expect, it } from 'vitest';
import { alternate, orderOf, WrongAnswers } from '../../../bench/measure/alternate.ts';

const rounds = (names: string[], count: number) =>
  Array.from({ length: count }, (_, round) => orderOf(names, round).join(''));

describe('the order of a round', () => {
  it('gives both of two, and all of three, the first place equally often, and the last', () => {
    expect(rounds(['A', 'B'], 4)).toEqual(['AB', 'BA', 'BA', 'AB']);
    expect(rounds(['A', 'B', 'C'], 6)).toEqual(['ABC', 'CBA', 'BCA', 'ACB', 'CAB', 'BAC']);
  });
});

describe('alternate', () => {
  const good = { count: 0, first: undefined, add: () => {} };

  it('hands each subject the round’s number and keeps its samples apart', async () => {
    const samples = await alternate(['carryon', 'bare'], 3, async (name, round) => ({
      failures: good,
      ran: `${name} ${round}`,
    }));
    expect(samples.get('bare')?.map(({ ran }) => ran)).toEqual(['bare 0', 'bare 1', 'bare 2']);
    expect(samples.get('carryon')).toHaveLength(3);
  });

  it('stops at the first wrong answer', async () => {
    const failures = { ...good, count: 2, first: 'status 500' };
    await expect(alternate(['carryon'], 1, async () => ({ failures }))).rejects.toThrow(WrongAnswers);
  });
});
