import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../cli/check-config.ts';
import { lineOf } from '../../../cli/config-line.ts';
import { projectDirectory } from '../../../cli/project.ts';

const deploymentPath = (...rest: (string | number)[]) => ['aliases', 'app/chat', 'deployments', ...rest];

describe('lineOf', () => {
  const plain = `import { defineConfig } from './schema.ts';

export default defineConfig({
  aliases: {
    'app/chat': {
      deployments: [
        { id: 'a', order: 1 },
        {
          id: 'b',
          "timeout": '30 sec',
        },
      ],
    },
  },
  features: { chat: {} }, defaultFeature: 'chat',
});
`;

  it.each<[string, (string | number)[], number]>([
    ['the top', [], 3],
    ['a setting', ['aliases'], 4],
    ['a name in quotes', ['aliases', 'app/chat'], 5],
    ['an entry of a list', deploymentPath(0), 7],
    ['one on several lines', deploymentPath(1), 8],
    ['a setting inside it', deploymentPath(1, 'id'), 9],
    ['one with its name in double quotes', deploymentPath(1, 'timeout'), 10],
    ['one of several on a line', ['defaultFeature'], 15],
    ['one that is not written: where it belongs', deploymentPath(1, 'weight'), 8],
    ['an entry that is not there: the list', deploymentPath(7, 'id'), 6],
    ['a setting that is not there at all', ['router', 'numRetries'], 3],
  ])('%s', (_, path, line) => {
    expect(lineOf(plain, path)).toBe(line);
  });

  it.each<[string, string, (string | number)[], number]>([
    ['a bare object', `export default {\n  defaultFeature: 1,\n};`, ['defaultFeature'], 2],
    ['satisfies', `export default {\n  defaultFeature: 1,\n} satisfies ConfigInput;`, ['defaultFeature'], 2],
    ['as const, in brackets', `export default ({\n  defaultFeature: 1,\n} as const);`, ['defaultFeature'], 2],
    [
      'brackets inside',
      `export default defineConfig({\n  router: ({\n    numRetries: -1 }),\n});`,
      ['router', 'numRetries'],
      3,
    ],
    ['a number as a name', `export default {\n  features: {\n    1: {} } };`, ['features', '1'], 3],
    ['a computed name', `export default {\n  ['router']: { numRetries: -1 } };`, ['router', 'numRetries'], 2],
    ['a shorthand', `const router = { numRetries: -1 };\nexport default {\n  router,\n};`, ['router', 'numRetries'], 1],
    [
      'a constant',
      `const chat = [\n  { id: 'A B' },\n];\nexport default { aliases: { chat: { deployments: chat } } };`,
      ['aliases', 'chat', 'deployments', 0, 'id'],
      2,
    ],
    [
      'the config as a constant',
      `const config = defineConfig({\n  router: {\n    numRetries: -1 } });\nexport default config;`,
      ['router', 'numRetries'],
      3,
    ],
    ['a spread before', `export default { ...common,\n  defaultFeature: 1 };`, ['defaultFeature'], 2],
    ['a call: where it stands', `export default {\n  aliases: aliases(),\n};`, ['aliases', 'x'], 2],
    [
      'comments and CRLF',
      `/* one\r\n two */\r\nexport default {\r\n  // here\r\n  defaultFeature: 1,\r\n};`,
      ['defaultFeature'],
      5,
    ],
    [
      'a duplicate: the last one counts',
      `export default {\n  defaultFeature: 'a',\n  defaultFeature: 1,\n};`,
      ['defaultFeature'],
      3,
    ],
    [
      'exported by name',
      `const config = {\n  defaultFeature: 1 };\nexport { config as default };`,
      ['defaultFeature'],
      2,
    ],
    ['a constant of itself', `const router = router;\nexport default {\n  router };`, ['router', 'x'], 1],
    ['no default export', `export const config = {};`, ['aliases'], 1],
    ['not even TypeScript', `{{{`, ['aliases'], 1],
  ])('%s', (_, source, path, line) => {
    expect(lineOf(source, path)).toBe(line);
  });
});

describe('readConfig', () => {
  const directory = mkdtempSync(join(tmpdir(), 'carryon-config-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  let files = 0;
  const configProblems = async (path: string): Promise<string[]> => {
    const read = await readConfig(path);
    return read.ok ? [] : read.error;
  };
  const problemsOf = (source: string): Promise<string[]> => {
    const path = join(directory, `config-${files++}.ts`);
    writeFileSync(path, source);
    return configProblems(path);
  };

  it('has nothing to say of this repository’s config', async () => {
    expect(await configProblems(join(projectDirectory, 'carryon.config.ts'))).toEqual([]);
  });

  it('names every mistake with its line and what would be right', async () => {
    const problems = await problemsOf(`export default {
  aliases: {
    'app/chat': {
      deployments: [
        { id: 'a', fromEnvironment: 'PROVIDER_A', order: 0 },
        { id: 'b',
          provider: 'opnai', model: 'gpt',
          timeout: 30 },
      ],
    },
  },
  features: { chat: {} },
  defaultFeature: 'chat',
  router: {
    colour: 'red',
  },
};
`);
    expect(problems).toEqual([
      'carryon.config.ts:5 aliases["app/chat"].deployments[0].order: write a whole number from 1',
      'carryon.config.ts:8 aliases["app/chat"].deployments[1].timeout: write a duration with its unit, such as "500ms", "30s" or "2m"',
      expect.stringMatching(/^carryon\.config\.ts:15 router\.colour: is not a setting; write one of routingStrategy, /),
    ]);
  });

  it('names the line of a promise that cannot be kept account of', async () => {
    const problems = await problemsOf(`export default {
  aliases: { chat: { deployments: [{ id: 'a', provider: 'openai', model: 'gpt', price: { input: 1, output: 1 } }] } },
  features: { chat: {} },
  defaultFeature: 'chat',
  slo: {
    objectives: [
      { name: 'chat-success', sli: 'success', target: 99.5 },
      { name: 'chat-ttft', sli: 'ttft', target: 95,
        feature: 'chatt' },
    ],
    public: [
      'chat-sucess' ],
  },
};
`);
    expect(problems).toEqual([
      'carryon.config.ts:8 slo.objectives[1].under: is missing: "ttft" needs a bound, such as under: "2.5s"',
      'carryon.config.ts:9 slo.objectives[1].feature: "chatt" is not one of features: chat',
    ]);
  });

  it.each([
    ['no default export', 'export const config = {};', /no default export/],
    [
      'a list left open',
      'export default {\n  origins: [,\n  router: {},\n};',
      /^X:3 .*',' expected, inside the \[ of line 2$/,
    ],
    ['an unclosed quote', "export default {\n  a: 'x,\n};", /^X:2 cannot be read: Unterminated string literal/],
    ['a comma left out', 'export default {\n  a: 1\n  b: 2,\n};', /^X:3 .*',' expected, inside the { of line 1$/],
    ['an unclosed brace', 'export default {\n', /^X:2 .*'}' expected/],
    ['an error of its own', '\nthrow new Error("not today");', /^X:2 cannot be read: not today$/],
    ['a name that is not there', 'export default {\n  a: nowhere,\n};', /^X:2 cannot be read: nowhere is not defined$/],
    [
      'a wrong path',
      "\nimport x from './nowhere.ts';\nexport default x;",
      /^X:2 .*: '\.\/nowhere\.ts' is imported but does not exist/,
    ],
    ['a package', "\nimport x from 'no-such-package/x';\nexport default x;", /^X:2 .*'no-such-package\/x' is imported/],
  ])('%s', async (_, source, text) => {
    const [problem = '', ...more] = await problemsOf(source);
    expect(problem.replace(/^carryon\.config\.ts/, 'X')).toMatch(text);
    expect(more).toEqual([]);
  });

  it('gives each model its price, and names the line to add for one without', async () => {
    const configWith = (...deployments: string[]) => `export default {
  aliases: {
    chat: {
      deployments: [
        ${deployments.join(',\n        ')},
      ],
    },
  },
  features: { chat: {} },
  defaultFeature: 'chat',
};
`;
    const path = join(directory, 'priced.ts');
    const priced = [
      `{ id: 'slot', fromEnvironment: 'PROVIDER_A' }`,
      `{ id: 'own', provider: 'openai', model: 'gpt-9', price: { input: 1, output: 2 } }`,
      `{ id: 'listed', provider: 'openai', model: 'gpt-5-mini' }`,
    ];
    writeFileSync(path, configWith(...priced));
    const read = await readConfig(path);
    if (!read.ok) throw new Error(read.error.join());
    const listed = { input: 0.25, output: 2, cachedInput: 0.025, cacheWrite: 0.25 };
    expect(read.value.config.aliases.chat?.deployments.map(({ price }) => price)).toEqual([
      undefined,
      { input: 1, output: 2 },
      { ...listed, tiers: [] },
    ]);
    expect(read.value.prices).toEqual([
      { provider: 'openai', model: 'gpt-5-mini', checkedAt: expect.any(String), price: listed },
    ]);

    const without = [
      `{ id: 'typo', provider: 'openai', model: 'gpt-5-mni' }`,
      `{ id: 'new', provider: 'anthropic', model: 'cl-1' }`,
      `{ id: 'resold', provider: 'holysheep', model: 'gpt-5-mini' }`,
    ];
    const problems = await problemsOf(configWith(...priced, ...without));
    const add = 'price: { input: …, output: … }, // USD per million tokens, from';
    expect(problems).toEqual([
      expect.stringMatching(
        /^carryon\.config\.ts:8 aliases\.chat\.deployments\[3\]\.price: is missing, and the price list of openai has no "gpt-5-mni" \(but "gpt-5-mini"/,
      ),
      `carryon.config.ts:9 aliases.chat.deployments[4].price: is missing, and the price list of anthropic has no "cl-1"; add the line
    ${add} https://www.anthropic.com/pricing#api`,
      `carryon.config.ts:10 aliases.chat.deployments[5].price: is missing, and there is no price list for holysheep; add the line
    ${add} the provider's own page`,
    ]);
    expect(problems[0]).toContain(`; add the line\n    ${add} https://`);

    const searching = [
      `{ id: 'search', provider: 'openai', model: 'gpt-4o-search-preview' }`,
      `{ id: 'half', provider: 'openai', model: 'o3-deep-research', price: { input: 10, output: 40 } }`,
      `{ id: 'whole', provider: 'openai', model: 'gpt-4o-mini-search-preview', price: { input: 1, output: 2, usdPerRequest: 0.03 } }`,
    ];
    expect(await problemsOf(configWith(...searching))).toEqual([
      expect.stringMatching(/^carryon\.config\.ts:5 .*\.price: needs usdPerRequest, because "gpt-4o-search-preview"/),
      expect.stringMatching(/^carryon\.config\.ts:6 .*\.price: needs usdPerRequest, because "o3-deep-research"/),
    ]);
  });

  it('refuses what only Node has, at its line', async () => {
    const source = `import { x } from './x.ts';
// process.env is not here
export default {
  aliases: { chat: { deployments: [{ id: 'a', provider: 'openai', model: process.env.MODEL }] } },
  features: { chat: {} },
  defaultFeature: 'chat',
};
`.replace(/^.*\n/, '');
    const problems = await problemsOf(source);
    expect(problems.at(-1)).toMatch(
      /^carryon\.config\.ts:3 process\.env does not exist when the Worker runs; write the value/,
    );
  });

  it('warns of what works and may surprise, at its line, and refuses what can never work', async () => {
    const configWith = (limits: string) => `export default {
  aliases: { chat: { deployments: [{ id: 'a', provider: 'openai', model: 'm', price: { input: 2, output: 10 } }] } },
  features: { chat: { alias: 'chat' } },
  defaultFeature: 'chat',
  tenants: {
    acme: { limits: ${limits} },
  },
};
`;
    const path = join(directory, 'contradicting.ts');
    writeFileSync(path, configWith('{ dailyUsd: 20, monthlyUsd: 10 }'));
    const read = await readConfig(path);
    expect(read.ok && read.value.warnings).toEqual([
      expect.stringMatching(/^carryon\.config\.ts:6 tenants\.acme\.limits\.dailyUsd: is above monthlyUsd \(10\)/),
    ]);
    expect(await problemsOf(configWith('{ dailyUsd: 0.00001 }'))).toEqual([
      expect.stringMatching(/^carryon\.config\.ts:6 tenants\.acme\.limits\.dailyUsd: is less than any request/),
    ]);
  });

  it('reads a corrected file again', async () => {
    const path = join(directory, 'corrected.ts');
    const config = (feature: string) =>
      `export default { aliases: { x: { deployments: [{ id: 'a', fromEnvironment: 'A' }] } }, features: { chat: {} }, defaultFeature: '${feature}' };`;
    writeFileSync(path, config('chta'));
    expect(await configProblems(path)).toHaveLength(1);
    await new Promise((resume) => setTimeout(resume, 2)); // its address carries the millisecond
    writeFileSync(path, config('chat'));
    expect(await configProblems(path)).toEqual([]);
  });
});
