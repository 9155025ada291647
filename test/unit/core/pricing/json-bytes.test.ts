import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../../protocol/parse-body.ts';
import { ANTHROPIC_FACTS } from '../../../../worker/core/formats/anthropic.ts';
import { argumentBytes, escapedBytes, jsonBytes } from '../../../../worker/core/pricing/json-bytes.ts';
import { structuredSchema } from '../../../../worker/providers/anthropic/schema.ts';
import { schema, text } from './support/requests.ts';

const { schemaGrowth } = ANTHROPIC_FACTS;
const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const anyText = fc.oneof(text, fc.string({ unit: 'binary' }));

describe('bytes of JSON', () => {
  it('are those that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonBytes(value)).toBe(bytes(value));
      }),
    );
    expect(jsonBytes(undefined)).toBe(0);
  });

  it('of a text are those between the quotes', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        // The short escapes of five control characters are counted as long ones.
        const long = value.replace(/[\b\t\n\f\r]/g, '\u0001');
        expect(escapedBytes(value)).toBe(bytes(long) - 2);
      }),
      { numRuns: 500 },
    );
  });
});

describe('bytes of a tool call’s arguments', () => {
  const number = fc.oneof(
    fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -330, max: 330 })).map(([a, b]) => `${a}e${b}`),
    fc.constantFrom('1e20', '1E+20', '-5e20', '1e-6', '1.7976931348623157e308', '-1.2345678901234567e-300'),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value)),
    fc.bigInt().map(String),
    fc.tuple(fc.nat(), fc.stringMatching(/^\d{1,25}$/)).map(([whole, digits]) => `${whole}.${digits}`),
  );
  const numbers = fc.array(number, { maxLength: 20 }).map((all) => `{"a":[${all.join(',')}]}`);
  const written = fc.oneof(
    anyText,
    numbers,
    fc.object().map((value) => JSON.stringify(value)),
  );

  it('are enough for the text, the text in JSON, and what it is once read and written again', () => {
    fc.assert(
      fc.property(written, (value) => {
        const counted = argumentBytes(value);
        expect(counted).toBeGreaterThanOrEqual(Buffer.byteLength(value));
        expect(counted).toBeGreaterThanOrEqual(bytes(value) - 2);
        let read: unknown;
        try {
          read = parseArguments(value);
        } catch {
          return;
        }
        // Anything but an object is sent as the text it is.
        if (typeof read === 'object' && read !== null) expect(counted).toBeGreaterThanOrEqual(bytes(read));
      }),
      { numRuns: 1_000 },
    );
  });

  it('are few where the arguments are plain', () => {
    expect(argumentBytes('{"city":"Lisbon","days":3}')).toBe(26 + 6);
  });
});

describe('what a schema may grow by', () => {
  it('is no less than it does when it is rewritten', () => {
    let rewritten = 0;
    fc.assert(
      fc.property(schema, (inner) => {
        const whole = { type: 'object', properties: { it: inner } };
        const structured = structuredSchema(whole);
        if (structured === undefined) return;
        rewritten++;
        const json = JSON.stringify(whole);
        expect(bytes(structured)).toBeLessThanOrEqual(Buffer.byteLength(json) + schemaGrowth(json));
      }),
      { numRuns: 1_000 },
    );
    expect(rewritten).toBeGreaterThan(500);
  });

  it.each([
    [
      'closed objects',
      { type: 'object', properties: { a: { type: 'object', properties: {} }, b: { properties: {} } } },
    ],
    [
      'limits that are put into words',
      { type: 'object', properties: { a: { '': 0 }, b: { pattern: '"""\\\\\u0001' } } },
    ],
    ['a description that is none', { type: 'object', properties: {}, description: [{}, {}, {}], minLength: 1 }],
  ])('is enough for %s', (_, whole) => {
    const json = JSON.stringify(whole);
    const structured = structuredSchema(whole);
    expect(bytes(structured)).toBeGreaterThan(json.length);
    expect(bytes(structured)).toBeLessThanOrEqual(json.length + schemaGrowth(json));
  });
});
