/** The table of docs/config.md has every field of the schema, at its place and with its default, and no other. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { durationMs } from '../../../../worker/core/config/duration.ts';
import { configSchema } from '../../../../worker/core/config/schema.ts';

interface Field {
  isRequired: boolean;
  /** Undefined where the schema has none. */
  default: unknown;
}

type Definition = Record<string, unknown>;
const definitionOf = (schema: unknown): Definition => (schema as { _zod: { def: Definition } })._zod.def;

/** By path, such as `aliases.NAME.deployments[].id`: every property at every depth. */
function fieldsOf(schema: unknown, path = '', found = new Map<string, Field>()): Map<string, Field> {
  const definition = definitionOf(schema);
  for (const [name, inner] of Object.entries((definition.shape ?? {}) as Record<string, unknown>)) {
    const at = path === '' ? name : `${path}.${name}`;
    const { type, defaultValue } = definitionOf(inner);
    const isRequired = !['optional', 'default', 'prefault'].includes(String(type));
    found.set(at, { isRequired, default: type === 'default' ? defaultValue : undefined });
    fieldsOf(inner, at, found);
  }
  if (definition.valueType !== undefined) fieldsOf(definition.valueType, `${path}.NAME`, found);
  if (definition.element !== undefined) fieldsOf(definition.element, `${path}[]`, found);
  const same = [definition.innerType, definition.in, ...((definition.options as unknown[] | undefined) ?? [])];
  for (const inner of same) if (inner !== undefined) fieldsOf(inner, path, found);
  return found;
}

interface Row {
  value: string;
  default: string;
}

/** A group and its entries are one property: `tiers.NAME` is `tiers`. */
const propertyOf = (path: string) => path.replace(/(?:\.NAME|\[\])$/, '');

/** The table as written; a cell may name several fields, and a field that begins with a dot belongs to the group above it. */
function rowsOf(page: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  let group = '';
  for (const [, field = '', value = '', fallback = ''] of page.matchAll(
    /^\| (\*{0,2}`.*?) \| (.*?) ?\| (.*?) ?\| /gm,
  )) {
    const names = [...field.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    if (field.startsWith('**')) group = names[0] ?? '';
    for (const name of names) {
      const path = propertyOf(name.startsWith('.') ? group + name : name);
      expect(rows.has(path), `${path} has two rows`).toBe(false);
      rows.set(path, { value, default: fallback });
    }
  }
  return rows;
}

/** Fields that the table has once for several places: `as in tiers.NAME`. */
function repeated(rows: ReadonlyMap<string, Row>): string[] {
  return [...rows].flatMap(([path, { value }]) => {
    const [, model] = /^as in `(.+)`$/.exec(value) ?? [];
    if (model === undefined) return [];
    return [...rows.keys()]
      .filter((other) => other.startsWith(`${model}.`))
      .map((other) => path + other.slice(model.length));
  });
}

const page = readFileSync(`${import.meta.dirname}/../../../../docs/config.md`, 'utf8');
const rows = rowsOf(page);
const fields = fieldsOf(configSchema);

test('the walk through the schema goes to the bottom', () => {
  expect([...fields.keys()]).toEqual(
    expect.arrayContaining([
      'defaultFeature',
      'aliases.NAME.deployments[].price.tiers[].fromInputTokens',
      'aliases.NAME.deployments[].allowParams.NAME.priceFactor',
      'features.NAME.cache.normalize.ignore',
      'tenants.NAME.alerts.webhooks[].secret',
      'demo.tokenUrl',
    ]),
  );
});

test('every field of the schema has a row, and every row is a field', () => {
  expect([...rows.keys(), ...repeated(rows)].sort()).toEqual([...fields.keys()].sort());
});

/** As the page writes it: a duration, a number with commas, a word in quotes. */
function written(cell: string): unknown {
  const text = cell.replaceAll('`', '');
  const [, word] = /^'(.*)'$/.exec(text) ?? [];
  return word ?? durationMs(text) ?? (/^[\d.,]+$/.test(text) ? Number(text.replaceAll(',', '')) : JSON.parse(text));
}

test('the defaults are those of the schema', () => {
  const simple = [...rows].filter(([path]) =>
    ['string', 'number', 'boolean'].includes(typeof fields.get(path)?.default),
  );
  expect(simple.length).toBeGreaterThan(30);
  expect(simple.map(([path, row]) => [path, written(row.default)])).toEqual(
    simple.map(([path]) => [path, fields.get(path)?.default]),
  );
});

test('what has to be written is called required, and nothing else', () => {
  // One of two words decides which fields of `demo` there are.
  const judged = [...rows].filter(([path]) => !path.startsWith('demo.'));
  expect(judged.filter(([, row]) => row.default === 'required').map(([path]) => path)).toEqual(
    judged.filter(([path]) => fields.get(path)?.isRequired).map(([path]) => path),
  );
});
