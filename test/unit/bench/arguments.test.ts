import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../bench/arguments.ts';
import { MEASURES } from '../../../bench/measure/everything.ts';

describe('the benchmark’s arguments', () => {
  it('measure everything, in full, and save it', () => {
    expect(readArguments([])).toMatchObject({
      measures: MEASURES,
      isSaved: true,
      isWritten: false,
      plan: { mode: 'full' },
    });
  });

  it('take some measures in their usual order, and save nothing', () => {
    const asked = readArguments(['--quick', '--only=costs,saturated']);
    expect(asked).toMatchObject({ measures: ['saturated', 'costs'], isSaved: false, plan: { mode: 'quick' } });
  });

  it('measure against another checkout, and save nothing', () => {
    expect(readArguments(['--against=../before'])).toMatchObject({ againstDirectory: '../before', isSaved: false });
  });

  it('write costs only as a full run counts them', () => {
    expect(readArguments(['--only=costs', '--write']).isWritten).toBe(true);
    expect(() => readArguments(['--write', '--quick'])).toThrow('not with --quick');
    expect(() => readArguments(['--only=saturated', '--write'])).toThrow('--only=costs');
  });

  it('say which measures there are', () => {
    expect(() => readArguments(['--only=fast'])).toThrow(`--only=fast: write one of ${MEASURES.join(', ')}`);
  });
});
