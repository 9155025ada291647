import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { schemasOf } from '../../../cli/openapi/type-schemas.ts';

async function schemasFrom(source: string) {
  const directory = await mkdtemp(join(tmpdir(), 'carryon-types-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'replies.ts');
  await writeFile(path, source);
  return schemasOf(path, 'Replies');
}

const CASES: [type: string, schema: object][] = [
  ['string', { type: 'string' }],
  ['string | null', { type: ['string', 'null'] }],
  ['boolean | null | undefined', { type: ['boolean', 'null'] }],
  ['true', { const: true }],
  ["'b' | 'a'", { enum: ['a', 'b'] }],
  ["'b' | 'a' | null", { enum: ['a', 'b', null] }],
  ["'all' | number", { anyOf: [{ const: 'all' }, { type: 'number' }] }],
  ['unknown', {}],
  ['readonly (string | null)[]', { type: 'array', items: { type: ['string', 'null'] } }],
  ['number[] | null', { anyOf: [{ type: 'array', items: { type: 'number' } }, { type: 'null' }] }],
  ['Record<string, number>', { type: 'object', additionalProperties: { type: 'number' } }],
  [
    '{ b: string; a?: number | undefined }',
    { type: 'object', properties: { b: { type: 'string' }, a: { type: 'number' } }, required: ['b'] },
  ],
  [
    'Omit<{ a: string; b: 1 }, "a"> & { c: true }',
    { type: 'object', properties: { b: { const: 1 }, c: { const: true } }, required: ['b', 'c'] },
  ],
];

it('describe what JSON holds', async () => {
  const fields = CASES.map(([type], index) => `${index}: ${type}`);
  const { fields: made } = await schemasFrom(`export interface Replies { ${fields.join('; ')} }`);
  expect(CASES.map(([type], index) => [type, made[index]])).toEqual(CASES);
});

it('an interface is described once, and may hold itself', async () => {
  const source = `
    interface Tree { name: string; branches: Tree[] }
    interface Page<Item> { items: Item[] }
    export interface Replies { 'GET /one': Tree; 'GET /all': Page<Tree> }`;
  const tree = { $ref: '#/components/schemas/Tree' };
  const trees = { type: 'array', items: tree };
  expect(await schemasFrom(source)).toEqual({
    fields: { 'GET /one': tree, 'GET /all': { type: 'object', properties: { items: trees }, required: ['items'] } },
    named: {
      Tree: {
        type: 'object',
        properties: { name: { type: 'string' }, branches: trees },
        required: ['name', 'branches'],
      },
    },
  });
});

it('a type that JSON cannot hold is named with its place', async () => {
  await expect(schemasFrom("export interface Replies { 'GET /it': { at: bigint } }")).rejects.toThrow(
    'GET /it.at has the type bigint',
  );
});
