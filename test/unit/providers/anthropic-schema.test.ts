import { describe, expect, it } from 'vitest';
import { structuredSchema } from '../../../worker/providers/anthropic/schema.ts';

const within = (a: object, more: object = {}) => structuredSchema({ type: 'object', properties: { a }, ...more });
const node = (next: string) => ({ type: 'object', properties: { next: { $ref: `#/$defs/${next}` } } });

describe('a schema that cannot be said to Anthropic is asked for in words', () => {
  it.each<[string, object, object?]>([
    ['a map of one type', { type: 'object', additionalProperties: { type: 'string' } }],
    ['a map of anything', { type: 'object', properties: {}, additionalProperties: true }],
    ['an object of which nothing is said', { type: 'object' }],
    ['an object or nothing', { type: ['object', 'null'] }],
    ['an object by its parts', { type: 'object', allOf: [{ type: 'object', properties: { b: { const: 1 } } }] }],
    ['two lists of choices', { oneOf: [{ type: 'string' }], anyOf: [{ const: 'b' }] }],
    ['a reference to all of it', { $ref: '#' }],
    ['recursion by name', { $ref: '#/$defs/a' }, { $defs: { a: node('a') } }],
    ['recursion over others', { type: 'string' }, { $defs: { a: node('b'), b: node('c'), c: node('b') } }],
  ])('%s', (_, schema, more) => {
    expect(within(schema, more)).toBeUndefined();
  });
});

it('named schemas that lead to an end go on, however many', () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `n${index}`);
  const $defs = Object.fromEntries(names.map((name, index) => [name, node(names[index + 1] ?? 'none')]));
  const closed = within({ $ref: '#/$defs/n0' }, { $defs });
  expect(closed).toMatchObject({ $defs: { n0: node('n1') }, additionalProperties: false });
});

it('a word that looks like a reference is none', () => {
  const described = { a: { type: 'string', description: '"$ref":"#/$defs/a"' } };
  expect(within({ $ref: '#/$defs/a' }, { $defs: described })).toMatchObject({ $defs: described });
});

it('closed objects stay closed, empty ones too', () => {
  const empty = { type: 'object', properties: {}, additionalProperties: false };
  expect(within(empty)).toEqual({ type: 'object', properties: { a: empty }, additionalProperties: false });
  const closed = { type: 'object', additionalProperties: false };
  expect(within(closed)).toMatchObject({ properties: { a: closed } });
});
