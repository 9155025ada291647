import { describe, expect, it } from 'vitest';
import type { Json } from '../../../sandbox/json.ts';
import { createRandom } from '../../../sandbox/random.ts';
import { valueForSchema } from '../../../sandbox/schema-value.ts';

const value = (schema: Json, seed = 'seed') =>
  valueForSchema(schema, { random: createRandom(seed), textFor: () => 'a text' });

describe('a value for a schema', () => {
  it.each<[string, Json, unknown]>([
    ['const', { const: 7 }, 7],
    ['enum of one', { enum: ['only'] }, 'only'],
    ['null', { type: 'null' }, null],
    ['a string', { type: 'string' }, 'a text'],
    ['a long string', { type: 'string', minLength: 8 }, 'a text..'],
    ['a short string', { type: 'string', maxLength: 3 }, 'a t'],
    ['a date', { type: 'string', format: 'date' }, '2026-11-21'],
    ['an example', { type: 'string', examples: ['seen'] }, 'seen'],
    ['one integer', { type: 'integer', minimum: 4, maximum: 4 }, 4],
    ['between exclusive ends', { type: 'integer', exclusiveMinimum: 4, exclusiveMaximum: 6 }, 5],
    ['a multiple', { type: 'number', multipleOf: 0.5, minimum: 1.2, maximum: 1.6 }, 1.5],
    ['below zero', { type: 'integer', minimum: -3, maximum: -3 }, -3],
    ['a nullable', { type: ['string', 'null'] }, 'a text'],
    ['anyOf', { anyOf: [{ type: 'string' }, { type: 'null' }] }, 'a text'],
    ['allOf', { allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }] }, { a: 1, b: 2 }],
    ['a list', { type: 'array', items: { const: 1 }, minItems: 3 }, [1, 1, 1]],
    ['a short list', { type: 'array', items: { const: 1 }, maxItems: 1 }, [1]],
    ['$ref', { $ref: '#/$defs/city', $defs: { city: { const: 'Rome' } } }, 'Rome'],
    [
      'a nested object',
      { type: 'object', properties: { a: { type: 'object', properties: { b: { const: 1 } } } } },
      { a: { b: 1 } },
    ],
    ['nothing said', {}, 'a text'],
  ])('%s', (_, schema, expected) => {
    expect(value(schema)).toEqual(expected);
  });

  it('stays inside its bounds', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const number = value({ type: 'number', minimum: 0.3, maximum: 0.9 }, String(seed));
      expect(number).toBeGreaterThanOrEqual(0.3);
      expect(number).toBeLessThanOrEqual(0.9);
    }
  });

  it('ends where a schema holds itself', () => {
    const node = {
      type: 'object',
      properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
      required: ['next'],
    };
    expect(JSON.stringify(value(node))).toMatch(/null/);
    const tree = {
      type: 'object',
      properties: { children: { type: 'array', items: { $ref: '#' } } },
      required: ['children'],
    };
    expect(JSON.stringify(value(tree)).length).toBeLessThan(5_000);
  });
});
