import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { ChatRequest } from '../../../../../protocol/chat.ts';
import type { Objective } from '../../../../../worker/core/slo/slo.ts';
import { keepsSchema } from '../../../../../worker/core/slo/valid/keeps-schema.ts';
import { isSampled, keptSchema } from '../../../../../worker/core/slo/valid/valid.ts';
import { sloFor } from '../support/slo-for.ts';

const STEP = {
  type: 'object',
  properties: { say: { type: 'string', maxLength: 5 }, next: { anyOf: [{ $ref: '#/$defs/step' }, { type: 'null' }] } },
  required: ['say', 'next'],
  additionalProperties: false,
};
const STEPS = { $ref: '#/$defs/step', $defs: { step: STEP } };
const LIST = {
  type: 'array',
  items: { type: ['integer', 'null'], minimum: 1, exclusiveMaximum: 9 },
  minItems: 1,
  maxItems: 3,
};
const UNION = {
  oneOf: [
    { type: 'object', properties: { kind: { const: 'a' }, size: { type: 'number' } }, required: ['kind', 'size'] },
    { type: 'object', properties: { kind: { enum: ['b', 'c'] } }, required: ['kind'] },
  ],
};

describe('a schema', () => {
  it.each([
    ['steps', STEPS, { say: 'a', next: { say: 'b', next: null } }, true],
    ['a missing field', STEPS, { say: 'a' }, false],
    ['a further field', STEPS, { say: 'a', next: null, more: 1 }, false],
    ['a fault deep inside', STEPS, { say: 'a', next: { say: 7, next: null } }, false],
    ['too long a string', STEPS, { say: 'abcdef', next: null }, false],
    ['a list in range', LIST, [1, 8, null], true],
    ['an item below', LIST, [0], false],
    ['an item at the excluded bound', LIST, [9], false],
    ['a fraction', LIST, [1.5], false],
    ['too few', LIST, [], false],
    ['too many', LIST, [1, 2, 3, 4], false],
    ['one of two', UNION, { kind: 'a', size: 1 }, true],
    ['the other', UNION, { kind: 'c' }, true],
    ['neither', UNION, { kind: 'a', size: '1' }, false],
    ['a list for an object', STEP, [], false],
    ['all of', { allOf: [{ type: 'number' }, { minimum: 3 }] }, 2, false],
    ['a tuple', { prefixItems: [{ type: 'string' }], items: { type: 'number' } }, ['a', 1, 2], true],
    ['a tuple with a fault', { prefixItems: [{ type: 'string' }], items: false }, ['a', 1], false],
    ['typed properties', { additionalProperties: { type: 'number' } }, { a: 1, b: 'x' }, false],
    ['a name of Object', { required: ['constructor'] }, {}, false],
    ['a reference that leads nowhere', { $ref: '#/$defs/none' }, 1, true],
    ['keywords nobody knows', { pattern: '^a', format: 'date', strange: 1 }, 'b', true],
  ])('judges %s', (_name, schema, value, keeps) => expect(keepsSchema(value, schema)).toBe(keeps));

  test('that refers to itself forever, or is far too large, is not judged', () => {
    expect(keepsSchema(1, { $ref: '#' })).toBeUndefined();
    const wide = { anyOf: Array.from({ length: 300 }, () => ({ anyOf: Array(300).fill({ type: 'string' }) })) };
    expect(keepsSchema(1, wide)).toBeUndefined();
  });

  test('may be any value, and nothing throws', () => {
    const keyword = fc.constantFrom('type', 'items', 'properties', 'required', '$ref', 'anyOf', 'enum', 'minimum');
    fc.assert(
      fc.property(fc.dictionary(keyword, fc.jsonValue()), fc.jsonValue(), (schema, value) => {
        expect([true, false, undefined]).toContain(keepsSchema(value, schema));
      }),
    );
  });
});

describe('an answer', () => {
  const chat = { response_format: { type: 'json_schema', json_schema: { name: 's', schema: LIST } } } as unknown;
  const kept = (...messages: object[]) =>
    keptSchema(chat as ChatRequest, JSON.stringify({ choices: messages.map((message) => ({ message })) }));

  it.each([
    [[{ content: '[1]' }], true],
    [[{ content: '[10]' }], false],
    [[{ content: '[1' }], false],
    [[{ content: 'Here it is: [1]' }], false],
    [[{ content: '[1]' }, { content: '[10]' }], false],
    [[{ content: null, tool_calls: [] }], null],
    [[{ content: '[10]', tool_calls: [{}] }], null],
    // As vLLM and others say that there are none.
    [[{ content: '[10]', tool_calls: [] }], false],
    [[{ content: '[10]', tool_calls: null }], false],
    [[{ content: null, refusal: 'no' }], null],
    [[], null],
  ])('with %j: %s', (messages, expected) => expect(kept(...messages)).toBe(expected));

  it('is not checked if no schema was asked for, or if the answer is very long', () => {
    expect(keptSchema({} as ChatRequest, '{"choices":[]}')).toBe(null);
    expect(kept({ content: `[${'1,'.repeat(60_000)}1]` })).toBe(null);
  });

  it('is checked once in ten times, if an objective asks for it', () => {
    const [success] = sloFor(['chat']).objectives as [Objective];
    const valid: Objective = { ...success, sli: { kind: 'valid' } };
    const sampled = (feature: string, objectives: readonly Objective[]) =>
      Array.from({ length: 100 }, (_, one) => `0199-${(one * 7_919 + 65_536).toString(16).padStart(6, '0')}`).filter(
        (requestId) => isSampled({ requestId, tenant: 'acme', feature }, objectives),
      ).length;
    expect([sampled('chat', [success, valid]), sampled('search', [valid]), sampled('chat', [success])]).toEqual([
      10, 0, 0,
    ]);
  });
});
