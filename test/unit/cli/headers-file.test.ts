import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectDirectory } from '../../../cli/project.ts';
import { parseHeadersFile } from '../../../cli/workerd/headers-file.ts';

test('paths with their headers, comments and empty lines between', () => {
  const text = '# why\n/*\n  X-One: 1\r\n\n/travel.js\n\tAccess-Control-Allow-Origin: *\n  x-one: 2\n  x-one: 3: 4\n';
  expect(parseHeadersFile(text)).toEqual({
    version: 2,
    rules: {
      '/*': { set: { 'x-one': '1' } },
      '/travel.js': { set: { 'access-control-allow-origin': '*', 'x-one': '2, 3: 4' } },
    },
  });
});

test('a line may have 2,000 characters', () => {
  const value = '1'.repeat(1_993);
  expect(parseHeadersFile(`/*\n  x-one: ${value}`).rules).toEqual({ '/*': { set: { 'x-one': value } } });
});

test('a header of an earlier path is detached', () => {
  expect(parseHeadersFile('/*\n  x-one: 1\n/\n  ! X-One\n  ! x-two\n  x-one: 2\n').rules).toEqual({
    '/*': { set: { 'x-one': '1' } },
    '/': { set: { 'x-one': '2' }, unset: ['x-one', 'x-two'] },
  });
});

test.for([
  ['x-one: 1', 1],
  ['/*\n  x-one', 2],
  ['/*\n  x one: 1', 2],
  ['/*\n  x-one:', 2],
  ['! x-one', 1],
  ['/*\n  !x-one', 2],
  ['/*\n  ! x-one: 1', 2],
  ['/*\n  ! x one', 2],
  ['/*\n  !', 2],
  ['/*\n  x-one: 1\nhttps://a.example/*\n  x-two: 2', 3],
  ['/a\n  x-one: 1\n/a\n  x-two: 2', 3],
  // Cloudflare silently ignores it.
  [`/*\n  x-one: ${'1'.repeat(1_994)}`, 2],
] as const)('%j is an error in line %d', ([text, line]) => {
  expect(() => parseHeadersFile(text)).toThrow(`_headers, line ${line}: `);
});

test('the project’s own lets every page import travel.js, and no page frame what is served', () => {
  const { rules } = parseHeadersFile(readFileSync(join(projectDirectory, 'public', '_headers'), 'utf8'));
  expect(rules['/travel.js']?.set).toMatchObject({
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'max-age=0, stale-while-revalidate=604800',
  });
  expect(rules['/*']?.set).toMatchObject({ 'x-content-type-options': 'nosniff' });
  expect(rules['/*']?.set['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  // The Worker's own answers have headers of their own, which this file does not reach on Cloudflare.
  expect(Object.keys(rules).filter((path) => path.startsWith('/sw'))).toEqual([]);
});
