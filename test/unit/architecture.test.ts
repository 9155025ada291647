/** The structure of ARCHITECTURE.md, held by the machine. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../cli/project.ts';
import { ARROWS } from './arrows.ts';
import {
  circlesOf,
  exportsOf,
  type Import,
  importsOf,
  isType,
  namesLookedFor,
  type Source,
  uses,
  walk,
} from './syntax.ts';

const ROOMS = ['protocol', 'worker', 'sw', 'web-demo', 'sandbox', 'cli', 'bench', 'test'];
const NOT_SOURCE = new Set(['node_modules', 'results', 'fixtures', 'dist']);

function filesIn(directory: string): string[] {
  const entries = readdirSync(join(projectDirectory, directory), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(projectDirectory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => NOT_SOURCE.has(part)));
}

function read(path: string): Source {
  const text = readFileSync(join(projectDirectory, path), 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  return { path, text, tree, lines: text.split('\n').length - 1, imports: importsOf(tree, path) };
}

/** Only rooms that exist. */
const sources = ROOMS.filter((room) => existsSync(join(projectDirectory, room)))
  .flatMap(filesIn)
  .map(read);
const within = (...places: string[]) =>
  sources.filter(({ path }) => places.some((place) => path === place || path.startsWith(place)));
const shipped = within('protocol/', 'worker/', 'sw/', 'web-demo/');

const roomOf = (path: string): string | undefined =>
  Object.keys(ARROWS)
    .filter((room) => path === room || (room.endsWith('/') && path.startsWith(room)))
    .toSorted((one, other) => other.length - one.length)[0];

const matches = (target: string, place: string): boolean =>
  target === place ||
  (place.endsWith('/') || place.endsWith(':') ? target.startsWith(place) : target.startsWith(`${place}/`));

function isAllowed({ target, typeOnly }: Import, allowed: readonly string[]): boolean {
  return allowed.some((entry) => {
    const place = entry.replace(/^type /, '');
    return matches(target, place) && (typeOnly || !entry.startsWith('type '));
  });
}

describe('the arrows between the rooms', () => {
  it.each(Object.entries(ARROWS))('%s imports only what it may', (room, allowed) => {
    const broken = sources
      .filter(({ path }) => roomOf(path) === room)
      .flatMap(({ path, imports }) =>
        imports.filter((entry) => !isAllowed(entry, allowed)).map(({ target }) => `${path} → ${target}`),
      );
    expect(broken).toEqual([]);
  });

  it('leave out no file of the Worker', () => {
    expect(
      within('protocol/', 'worker/')
        .filter(({ path }) => roomOf(path) === undefined)
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('are found in whatever way a file imports', () => {
    const text = `import a, { type B } from './a.ts';
import type { C } from './c.ts';
import { type D, type E } from './d.ts';
import './f.ts';
export * from './g.ts';
export type { H } from './h.ts';
const i: import('./i.ts').I = await import('./j.ts');`;
    const tree = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ESNext, true);
    expect(importsOf(tree, 'worker/x.ts').map(({ target, typeOnly }) => `${target} ${typeOnly}`)).toEqual([
      'worker/a.ts false',
      'worker/c.ts true',
      'worker/d.ts true',
      'worker/f.ts false',
      'worker/g.ts false',
      'worker/h.ts true',
      'worker/i.ts true',
      'worker/j.ts false',
    ]);
  });

  it('go in no circle, not even of types', () => {
    expect(circlesOf(sources)).toEqual([]);
  });

  it('are found to go in a circle, even where one of them is of types alone', () => {
    const file = (path: string, text: string): Source => {
      const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
      return { path, text, lines: 1, tree, imports: importsOf(tree, path) };
    };
    const circle = [
      file('sw/a.ts', "import type { B } from './b.ts';"),
      file('sw/b.ts', "import { c } from './c.ts';"),
      file('sw/c.ts', "import './a.ts';"),
      file('sw/d.ts', "import './a.ts';"),
    ];
    expect(circlesOf(circle)).toEqual(['sw/a.ts → sw/b.ts → sw/c.ts → sw/a.ts']);
  });
});

describe('what acts', () => {
  const CLOCK_AND_CHANCE = ['Date.now', 'new Date()', 'Math.random', 'crypto.randomUUID', 'performance.now'];
  const ACTIONS = [
    'fetch()',
    'globalThis.fetch',
    'setTimeout()',
    'setInterval()',
    'queueMicrotask()',
    'console.log',
    'console.warn',
    'console.error',
  ];
  const usedOutside = (names: readonly string[], ...allowed: string[]) =>
    shipped
      .filter(({ path }) => !allowed.some((place) => path.startsWith(place)))
      .flatMap((source) => uses(source, names));

  it('asks for time and chance only at the rim', () => {
    const rim = ['worker/deps.ts', 'worker/app.ts', 'sw/platform.ts', 'sw/page/', 'web-demo/state/'];
    expect(
      usedOutside(
        CLOCK_AND_CHANCE,
        ...rim,
        'web-demo/status/main.ts',
        'web-demo/operator/main.tsx',
        'web-demo/operator/state/',
      ),
    ).toEqual([]);
  });

  it('fetches, waits and speaks only where ports are joined', () => {
    expect(usedOutside(ACTIONS, 'worker/deps.ts', 'sw/', 'web-demo/')).toEqual([]);
  });

  it('knows no Node', () => {
    expect(
      shipped.flatMap(({ path, imports }) =>
        imports.filter(({ target }) => target.startsWith('node:')).map(() => path),
      ),
    ).toEqual([]);
  });

  it('is found where it stands', () => {
    const text =
      'const at = Date.now();\nconst when = new Date();\nconst then = new Date(at);\nawait fetch(url);\nports.fetch(url);';
    const source = {
      path: 'x.ts',
      text,
      lines: 5,
      imports: [],
      tree: ts.createSourceFile('x.ts', text, ts.ScriptTarget.ESNext, true),
    };
    expect(uses(source, [...CLOCK_AND_CHANCE, ...ACTIONS])).toEqual([
      'x.ts:1 Date.now',
      'x.ts:2 new Date()',
      'x.ts:4 fetch()',
    ]);
  });
});

describe('files', () => {
  it('are at most 400 lines long, tests included', () => {
    expect(sources.filter(({ lines }) => lines > 400).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  it('of the Worker are under 100 lines in the median', () => {
    const lengths = within('worker/')
      .map(({ lines }) => lines)
      .toSorted((one, other) => one - other);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(100);
  });

  it('are in no room for odds and ends', () => {
    const odd = /(^|\/)(utils?|helpers?|services?|types?|common|lib|misc)(\/|\.ts$)/;
    // A file for a subject's own types, beside the others of its room, is fine.
    const allowed = new Set(['worker/core/ledger/types.ts']);
    expect(sources.map(({ path }) => path).filter((path) => odd.test(path) && !allowed.has(path))).toEqual([]);
  });

  it('are no barrels: none only hands on what others export', () => {
    const barrels = sources.filter(
      ({ tree }) =>
        tree.statements.length > 0 &&
        tree.statements.every((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier),
    );
    expect(barrels.map(({ path }) => path)).toEqual([]);
    expect(sources.map(({ path }) => path).filter((path) => /(^|\/)index\.ts$/.test(path))).toEqual([
      'worker/index.ts',
    ]);
  });

  it('of Durable Objects are at most 150 lines long', () => {
    const long = within('worker/objects/').filter(({ lines }) => lines > 150);
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  it('say nothing of type any, and silence no compiler', () => {
    const loose = sources.flatMap(({ path, tree, text }) => {
      const found: string[] = [];
      walk(tree, (node) => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${path}: any`);
      });
      if (/^\s*(\/\/|\/\*)\s*@ts-(ignore|expect-error|nocheck)/m.test(text)) found.push(`${path}: @ts-…`);
      return found;
    });
    expect(loose).toEqual([]);
  });

  it('hide with # on whatever is reachable by RPC', () => {
    const shown = within('worker/objects/').flatMap(({ path, tree }) => {
      const found: string[] = [];
      walk(tree, (node) => {
        if (node.kind === ts.SyntaxKind.PrivateKeyword || node.kind === ts.SyntaxKind.ProtectedKeyword)
          found.push(path);
      });
      return found;
    });
    expect(shown).toEqual([]);
  });
});

describe('what is exported', () => {
  it('from core has a comment of its own', () => {
    const bare = within('worker/core/').flatMap((source) =>
      exportsOf(source).flatMap(({ name, statement }) =>
        ts.getJSDocCommentsAndTags(statement).length === 0 ? [`${source.path} ${name}`] : [],
      ),
    );
    expect(bare).toEqual([]);
  });

  it('is imported elsewhere: every value', () => {
    /** Loaded by the platform, by pages, or by a script that the benchmark writes. */
    const entries = ['worker/index.ts', 'sw/page/travel.ts', 'bench/counting/'];
    const outside = ['carryon.config.ts', 'vitest.config.ts'].map(read);
    const imported = new Set(
      [...sources, ...outside].flatMap(({ imports }) =>
        imports.flatMap(({ target, names }) => names.map((name) => `${target} ${name}`)),
      ),
    );
    const unused = [...shipped, ...within('sandbox/', 'cli/', 'bench/')]
      .filter(({ path }) => !entries.some((place) => path.startsWith(place)) && !imported.has(`${path} *`))
      .flatMap((source) =>
        exportsOf(source).flatMap(({ name, statement }) =>
          isType(statement) || imported.has(`${source.path} ${name}`) ? [] : [`${source.path} ${name}`],
        ),
      );
    expect(unused).toEqual([]);
  });
});

describe('unions', () => {
  /** Where a field is looked for by name all the same, and why a tag would not do. */
  const EXCEPTIONS = [
    // Some errors have a second wording. Their tag is `code`, and a list of codes here could miss one.
    'worker/response/refusal-of.ts',
    // Unions of a package and of Node, which have no tag.
    'cli/prices/known.ts',
    'cli/prices/listed-price.ts',
    'bench/profile/source-places.ts',
  ];

  it('have a tag, so that no field is looked for by name', () => {
    const rooms = within('protocol/', 'worker/', 'sw/', 'web-demo/', 'sandbox/', 'cli/', 'bench/');
    const found = rooms.filter((source) => namesLookedFor(source).length > 0).map(({ path }) => path);
    expect(found).toEqual(EXCEPTIONS);
  });

  it('without one are found', () => {
    const text = "if ('error' in one) say(); for (const name in one) count(name); if (name in one) go();";
    const tree = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ESNext, true);
    expect(namesLookedFor({ path: 'x.ts', text, lines: 1, imports: [], tree })).toEqual(["'error' in one"]);
  });
});

describe('what is stored', () => {
  const page = readFileSync(join(projectDirectory, 'docs/storage.md'), 'utf8');
  const texts = within('worker/').flatMap(({ tree }) => {
    const found: string[] = [];
    walk(tree, (node) => {
      if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) found.push(node.text);
    });
    return found;
  });
  const keys = texts.flatMap((text) => /^[a-z-]+:v\d+:?/.exec(text)?.[0] ?? []);
  const tables = texts.flatMap((text) =>
    [...text.matchAll(/CREATE TABLE(?: IF NOT EXISTS)? (\w+)/g)].map(([, table]) => table ?? ''),
  );

  it('is named on the page about storage, every KV key and every table', () => {
    expect(keys).toEqual(expect.arrayContaining(['key:v1:', 'board:v1']));
    expect(tables).toContain('health');
    expect(keys.filter((key) => !page.includes(`\`${key}`))).toEqual([]);
    expect(tables.filter((table) => !new RegExp(`^\\| \`${table}\\b`, 'm').test(page))).toEqual([]);
  });

  it('is named there in browsers too, every store of their database', () => {
    const stores = within('sw/').flatMap(({ text }) =>
      [...text.matchAll(/createObjectStore\('([a-z]+)'/g)].map(([, store]) => store ?? ''),
    );
    expect(stores).toEqual(expect.arrayContaining(['people', 'answers', 'outbox']));
    expect(stores.filter((store) => !new RegExp(`^\\| \`${store}\``, 'm').test(page))).toEqual([]);
  });
});
