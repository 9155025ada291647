import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outlineProblem } from '../../../worker/core/json-outline.ts';

const list = (count: number, value: string) => `[${Array.from({ length: count }, () => value).join(',')}]`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('a text that is to be parsed', () => {
  it.each([
    ['numbers', list(199_999, '1'), list(200_002, '1')],
    ['empty objects', list(99_999, '{}'), list(100_002, '{}')],
    [
      'fields',
      `{${Array.from({ length: 199_999 }, () => '"a":1').join(',')}}`,
      `{${Array.from({ length: 200_002 }, () => '"a":1').join(',')}}`,
    ],
  ])('may hold 200,000 values: %s', (_, fits, tooMany) => {
    expect(outlineProblem(fits)).toBeUndefined();
    expect(outlineProblem(tooMany)).toBe('holds more than 200000 values');
  });

  it('may be 256 levels deep', () => {
    expect(outlineProblem(nested(256))).toBeUndefined();
    expect(outlineProblem(nested(257))).toBe('is nested more than 256 levels deep');
    expect(outlineProblem('{"a":'.repeat(300))).toContain('levels');
    expect(outlineProblem(list(500, nested(200)))).toBeUndefined();
  });

  it('may say anything inside its strings', () => {
    for (const text of ['[,{'.repeat(100_000), '"[,{'.repeat(50_000), '\\"[{,'.repeat(50_000), '\\'.repeat(50_000)]) {
      expect(outlineProblem(JSON.stringify({ [text]: text }))).toBeUndefined();
      expect(outlineProblem(`${JSON.stringify([text]).slice(0, -1)},${nested(300)}]`)).toContain('levels');
    }
  });

  it('is left to the parser where it is no JSON', () => {
    for (const text of ['', '"', '"abc\\"', ']]]]', '{]']) expect(outlineProblem(text)).toBeUndefined();
  });

  it('is counted as the parser would see it', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 245, max: 262 }), (value, above) => {
        const text = '['.repeat(above) + JSON.stringify(value) + ']'.repeat(above);
        expect(outlineProblem(text) === undefined).toBe(above + depthOf(value) <= 256);
      }),
    );
  });
});
