import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../../cli/check-config.ts';
import { PRICE_LIST } from '../../../../cli/prices/list.ts';
import { printPriceTable } from '../../../../cli/prices/print-table.ts';
import { priceRows, priceTablePath, writePriceTable } from '../../../../cli/prices/table.ts';
import { projectDirectory } from '../../../../cli/project.ts';
import packageJson from '../../../../package.json' with { type: 'json' };
import type { PriceRow } from '../../../../worker/core/config/config.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const directory = mkdtempSync(join(tmpdir(), 'carryon-prices-'));
afterAll(() => rmSync(directory, { recursive: true }));

const wanted = (provider: string, model: string) => ({ path: [], provider, model });
const MODELS = [
  wanted('openai', 'gpt-5.6-terra'),
  wanted('openai', 'gpt-5-mini'),
  wanted('openai', 'gpt-5-mini'),
  wanted('anthropic', 'claude-sonnet-4-5'),
  wanted('anthropic', 'claude-haiku-4-5'),
  wanted('deepseek', 'deepseek-v4-pro'),
  wanted('openai', 'nobody-knows'),
  wanted('holysheep', 'gpt-5-mini'),
  wanted('openai-compatible', 'gpt-5-mini'),
  wanted('constructor', 'gpt-5-mini'),
];
const rows = await priceRows(MODELS, PRESETS, new Date('2026-11-21'));

/** As Biome formats it. */
function formatted(source: string): string {
  const biome = join(projectDirectory, 'node_modules/.bin/biome');
  const options = { cwd: projectDirectory, input: source, encoding: 'utf8' } as const;
  return execFileSync(biome, ['check', '--write', '--stdin-file-path=worker/core/pricing/price-table.ts'], options);
}

describe('the price table', () => {
  it('has a row for each model that the list knows, once, in order, with the day of the list', () => {
    expect(rows.map(({ provider, model }) => `${provider} ${model}`)).toEqual([
      'anthropic claude-haiku-4-5',
      'anthropic claude-sonnet-4-5',
      'deepseek deepseek-v4-pro',
      'openai gpt-5-mini',
      'openai gpt-5.6-terra',
    ]);
    expect(rows[3]).toEqual({
      provider: 'openai',
      model: 'gpt-5-mini',
      checkedAt: PRICE_LIST.publishedAt,
      price: { input: 0.25, output: 2, cachedInput: 0.025, cacheWrite: 0.25 },
    });
    expect(rows[4]?.price.tiers).toHaveLength(1);
  });

  const long = 123_456.123456789;
  const tier = { fromInputTokens: 1, input: long, output: long, cachedInput: long, cacheWrite: long, reasoning: long };
  const odd: PriceRow[] = [
    {
      provider: 'a',
      model: "it's",
      checkedAt: '2026-01-01',
      price: { ...tier, tiers: [tier, { ...tier, input: 1e-7 }] },
    },
    { provider: 'b', model: 'm', checkedAt: '2026-01-01', price: { ...tier, tiers: [tier] } },
    { provider: 'c', model: 'm', checkedAt: '2026-01-01', price: { ...tier, usdPerRequest: 0.012 } },
  ];
  /** From lines that just fit to lines that do not. */
  const growing = Array.from({ length: 16 }, (_, digits): PriceRow => {
    const price = {
      input: long,
      output: long,
      cachedInput: long,
      cacheWrite: 1,
      reasoning: Number(`1.${'1'.repeat(digits)}`),
    };
    const tiers = [
      { fromInputTokens: 1, input: 1, output: 1, cachedInput: long, cacheWrite: 1, reasoning: price.reasoning },
    ];
    return {
      provider: 'a',
      model: `${digits}`,
      checkedAt: '2026-01-01',
      price: digits % 2 ? price : { ...price, tiers },
    };
  });

  it.each<[string, PriceRow[]]>([
    ['empty', []],
    ['of real models', rows],
    ['of a single one', rows.slice(0, 1)],
    ['of odd ones', odd],
    ['of growing ones', growing],
  ])('%s is TypeScript that says the same, as Biome wants it', async (name, table) => {
    const source = printPriceTable(table);
    expect(formatted(source)).toBe(source);
    const path = join(directory, `${name.replaceAll(' ', '-')}.ts`);
    await writePriceTable(table, path);
    const { PRICE_TABLE } = await import(pathToFileURL(path).href);
    expect(PRICE_TABLE).toEqual(table);
  });

  it('is written only where it changed', async () => {
    const path = join(directory, 'table.ts');
    await writePriceTable(rows, path);
    const long = new Date('2001-01-01');
    utimesSync(path, long, long);
    await writePriceTable(rows, path);
    expect(statSync(path).mtime).toEqual(long);
    await writePriceTable([], path);
    expect(readFileSync(path, 'utf8')).toBe(printPriceTable([]));
  });

  it('in the repository is that of carryon.config.ts and of today: npm run build writes it', async () => {
    const read = await readConfig(join(projectDirectory, 'carryon.config.ts'));
    if (!read.ok) throw new Error(read.error.join());
    expect(readFileSync(priceTablePath, 'utf8')).toBe(printPriceTable(read.value.prices));
  });

  it('carries the day of the list that is installed: another version has another day (cli/prices/list.ts)', () => {
    expect(packageJson.devDependencies['@pydantic/genai-prices']).toBe(PRICE_LIST.version);
    expect(PRICE_LIST.publishedAt).toMatch(/^20\d\d-\d\d-\d\d$/);
  });
});
