import { describe, expect, it } from 'vitest';
import { type CpuProfile, functionCosts } from '../../../bench/profile/cpu-profile.ts';

const frame = (functionName: string) => ({ functionName, url: '', lineNumber: -1, columnNumber: -1 });

const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2] },
    { id: 2, callFrame: frame('outer'), children: [3] },
    { id: 3, callFrame: frame('inner'), children: [4] },
    { id: 4, callFrame: frame('outer') },
  ],
  samples: [2, 3, 4, 3],
  timeDeltas: [100, 200, 50, 9_000],
};

describe('functionCosts', () => {
  const costs = functionCosts(PROFILE, (called) => called.functionName, 400);
  const costOf = (place: string) => costs.find((cost) => cost.place === place);

  it('adds up what each function took itself, dearest first', () => {
    expect(costs[0]?.place).toBe('inner');
    expect(costOf('outer')?.selfMicros).toBe(150);
  });

  it('counts no sample for longer than a sample is', () => {
    expect(costOf('inner')?.selfMicros).toBe(600);
  });

  it('counts a function that calls itself once in its total', () => {
    expect(costOf('outer')?.totalMicros).toBe(750);
    expect(costOf('inner')?.totalMicros).toBe(650);
  });
});
