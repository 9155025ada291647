/** What comments, tests and docs cite is in the repository, so that a stranger can look it up. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../cli/project.ts';
import { type Citable, deadCitations, deadPlaces, headingsOf, RULES_PAGE, rulesCited, rulesOf } from './citations.ts';

const LEFT_OUT = new Set(['.git', '.wrangler', 'node_modules', 'results', 'fixtures', 'dist']);
/** Those that speak of citations. */
const OURS = new Set(['test/unit/citations.ts', 'test/unit/citations.test.ts']);
const TEXT = /\.(?:tsx?|mjs|js|md|toml|css|html)$/;

const paths = filesIn('');
const textOf = (path: string) => readFileSync(join(projectDirectory, path), 'utf8');
const texts = new Map(paths.filter((path) => TEXT.test(path) && !OURS.has(path)).map((path) => [path, textOf(path)]));
const citable: Citable = {
  files: new Set(paths),
  headings: new Map(
    [...texts].filter(([path]) => path.endsWith('.md')).map(([path, text]) => [path, headingsOf(text)]),
  ),
  rules: rulesOf(texts.get(RULES_PAGE) ?? ''),
};

it('everything cited exists', () => {
  const dead = [...texts].flatMap(([path, text]) =>
    deadCitations(path, text, citable).map((problem) => `${path}: ${problem}`),
  );
  expect(dead).toEqual([]);
});

it('the ledger’s rules are numbered from 1 on', () => {
  expect(citable.rules.length).toBeGreaterThan(20);
  expect(citable.rules).toEqual(citable.rules.map((_, index) => index + 1));
});

it('ARCHITECTURE.md’s table "To change X, open Y" names files where they are', () => {
  const [, table = ''] = (texts.get('ARCHITECTURE.md') ?? '').split('## To change X, open Y\n');
  const rows = table.split('\n').filter((line) => line.startsWith('| '));
  expect(rows.length).toBeGreaterThan(50);
  expect(
    rows.flatMap((row) => deadPlaces(row, citable.files).map((problem) => `${row.slice(0, 60)}…: ${problem}`)),
  ).toEqual([]);
  expect(deadPlaces('| x | `worker/core/ledger/`, `worker/app.ts`, `index.ts` |', citable.files)).toEqual([]);
  expect(deadPlaces('| x | `worker/app.ts`, `schema.ts`, `-rows.ts` |', citable.files)).toHaveLength(2);
});

it('each rule of the ledger is named by the tests that play its story', () => {
  const stories = [...texts].filter(([path]) => path.endsWith('.test.ts')).flatMap(([, text]) => rulesCited(text));
  expect(rulesCited('Ledger rules 1 to 3, 5 and 7')).toEqual([1, 2, 3, 5, 7]);
  expect(citable.rules.filter((rule) => !stories.includes(rule))).toEqual([]);
});

describe('a citation of what does not exist is found', () => {
  const small: Citable = {
    files: new Set([
      'README.md',
      'docs/ledger.md',
      'docs/keys.md',
      'docs/decisions/0001-slow.md',
      'worker/core/a-rule.ts',
    ]),
    headings: new Map([['docs/keys.md', ['Virtual keys', 'Changing `KEY_SECRET`']]]),
    rules: [1, 2, 3],
  };
  const inCode = (comment: string) => deadCitations('worker/x.ts', comment, small);
  const inPage = (page: string) => deadCitations('docs/x.md', page, small);

  it.each([
    '/** As DESIGN §4 says. */',
    '// LEDGER.md',
    '/** (issue 8) */',
    '/** (Issue #8, "What it must show" 4) */',
    '// see findings/speed.md',
    '/** rule 2 */',
    '/** Ledger rule 4. */',
    '/** Ledger rules 1 to 4. */',
    '/** (ledger rules 2, 3 and 17) */',
    '/** decision 0002 */',
    '/** docs/nothing.md */',
    '/** docs/keys.md#no-such-heading */',
    '/** docs/keys.md "No such heading" */',
    '/** docs/keys.md "Virtual keys", "No such heading" */',
    '/** docs/keys.md "Virtual keys" and "No such heading" */',
    '/**\n * A line that ends with docs/keys.md\n * "No such heading".\n */',
    '/** CONTRIBUTING.md */',
    '/** core/gone.ts */',
    '// gone.mjs',
  ])('in code: %s', (comment) => {
    expect(inCode(comment)).not.toEqual([]);
  });

  it.each([
    '[keys](key.md)',
    '[keys](keys.md#nothing)',
    '[keys](../docs/keys.md#nothing)',
    '[here](#nothing)',
    '`worker/gone.ts`',
    'decision 0007',
    'rule 1 of the ledger',
  ])('in a page: %s', (page) => {
    expect(inPage(page)).not.toEqual([]);
  });

  it.each([
    '/** Ledger rules 1 to 3; ledger rule 2. Its issues are three: as a rule 1.25 times. const LEDGER_SILENT = 1. */',
    '/** docs/keys.md#changing-key_secret, docs/keys.md "Virtual keys", decision 0001, README.md, core/a-rule.ts, a-rule.ts */',
    '/**\n * docs/keys.md\n * "Virtual keys"\n */',
    "const design = 'a browser style'; // https://example.com/docs/x.md",
  ])('and nothing else: %s', (comment) => {
    expect(inCode(comment)).toEqual([]);
    expect(
      inPage('[keys](keys.md#virtual-keys), [decisions](decisions/), [site](https://example.com/gone.md)'),
    ).toEqual([]);
  });
});

function filesIn(directory: string): string[] {
  return readdirSync(join(projectDirectory, directory), { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesIn(path) : [relative('.', path).split(sep).join('/')];
  });
}
