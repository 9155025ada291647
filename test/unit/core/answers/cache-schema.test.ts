import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternProblem } from '../../../../worker/core/answers/bounded-pattern.ts';
import { resolveCachePolicy } from '../../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../../worker/core/answers/cache-schema.ts';

describe('the cache of a feature', () => {
  it('is careful where nothing is said', () => {
    expect(resolveCachePolicy(cachePolicy.parse({}))).toEqual({
      ttlMs: 3_600_000,
      staleTtlMs: 0,
      scope: 'user',
      normalize: { collapseWhiteSpace: false, foldCase: false, ignore: [] },
      schemaVersion: 1,
      maxBytes: 262_144,
      toolCalls: false,
      personalData: [],
    });
  });

  it('is what is said', () => {
    const policy = resolveCachePolicy(
      cachePolicy.parse({
        ttl: '10m',
        staleTtl: '1d',
        scope: 'tenant',
        normalize: { foldCase: true, ignore: ['ticket-\\d{1,9}'] },
        schemaVersion: 3,
        maxBytes: 5_000,
        toolCalls: true,
        personalData: ['staff-\\d{4}'],
      }),
    );
    expect(policy).toEqual({
      ttlMs: 600_000,
      staleTtlMs: 86_400_000,
      scope: 'tenant',
      normalize: { collapseWhiteSpace: false, foldCase: true, ignore: [/ticket-\d{1,9}/gu] },
      schemaVersion: 3,
      maxBytes: 5_000,
      toolCalls: true,
      personalData: [/staff-\d{4}/iu],
    });
  });

  it.each([
    [{ ttl: '0s' }, 'ttl'],
    [{ ttl: 60 }, 'ttl'],
    [{ staleTtl: '31d' }, 'staleTtl'],
    [{ scope: 'all' }, 'scope'],
    [{ maxBytes: 0 }, 'maxBytes'],
    [{ schemaVersion: 1.5 }, 'schemaVersion'],
    [{ normalise: {} }, ''],
    [{ personalData: ['('] }, 'personalData.0'],
    [{ personalData: ['a+'] }, 'personalData.0'],
    [{ normalize: { ignore: ['ok', '(a*)*'] } }, 'normalize.ignore.1'],
    [{ personalData: Array(21).fill('a') }, 'personalData'],
  ])('refuses %j', (input, path) => {
    const { error } = cachePolicy.safeParse(input);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

describe('a pattern', () => {
  it.each([
    'order-\\d{1,20}',
    '\\b[A-Z]{2,3}-\\d{4,10}\\b',
    '(?:[0-9a-f]{4}-){3}[0-9a-f]{12}',
    '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
    'colou?r|grau',
    '(?<year>20\\d{2})',
    '[)(*+?{}|\\]]x',
    '\\(\\+\\*\\)',
    '\\p{Lu}{2}\\u{1F600}',
    '(?<=id )(?!x)\\d{1,9}?',
    'a\\{1,\\}',
  ])('is taken: %s', (source) => {
    expect(patternProblem(source)).toBeUndefined();
  });

  it.each([
    ['', 'empty text'],
    ['a?', 'empty text'],
    ['(', 'not a regular expression'],
    ['[z-a]', 'not a regular expression'],
    ['a'.repeat(201), '200 characters'],
    ['a+', 'write an upper limit'],
    ['xa*', 'write an upper limit'],
    ['\\d{2,}', 'write an upper limit'],
    ['(a+)+b', 'write an upper limit'],
    ['x(?:b|a+?)', 'write an upper limit'],
    ['(x)\\1', 'back-references'],
    ['(?<a>x)\\k<a>', 'back-references'],
    ['(a|a){20}b', 'hostile'],
    ['(?:a{1,9}){9}b', 'hostile'],
    ['(?:a{1,7}){1,3}b', 'hostile'],
    ['a{1,200}a{1,200}b', 'hostile'],
    ['(?:(?:a{100}){100}){100}', 'hostile'],
    ['(?=a{1,200}a{1,200}b)a', 'hostile'],
    ['(?:a|b?){99}c', 'hostile'],
  ])('is refused: %s', (source, reason) => {
    expect(patternProblem(source)).toContain(reason);
  });

  it('that is taken takes no time over a hostile text', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '[ab]',
      'a?',
      'a{1,9}',
      '(?:a|b)',
      '(?:a|ab)?',
      '(a{1,3}){2}',
      '|',
      '.{1,60}',
      '\\w{0,99}',
    );
    const began = performance.now();
    let taken = 0;
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const source = `${pieces.join('')}!`;
        if (patternProblem(source) !== undefined) return;
        taken++;
        new RegExp(source, 'u').test('a'.repeat(2_000));
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(100);
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
