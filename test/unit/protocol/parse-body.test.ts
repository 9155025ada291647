import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBody } from '../../../protocol/parse-body.ts';
import { parseChat } from '../../../protocol/parse-chat.ts';
import { parseJson } from '../../../protocol/written-number.ts';

/** JSON texts of numbers as people, databases and Python write them. */
const digits = (least: number, most: number) =>
  fc.stringMatching(new RegExp(`^(0|[1-9][0-9]{${least},${most}})$`)).filter((text) => text.length > 0);
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits(0, 25),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,25}$/)),
    fc.constantFrom('', 'e0', 'E5', 'e+21', 'e-7', 'e400', 'E-400'),
  )
  .map((parts) => parts.join(''));

const CASES = [
  '7204839156120043521',
  '-9223372036854775808',
  '18446744073709551615',
  '1.10',
  '1.0',
  '-0',
  '-0.0',
  '0.1000000000000000055',
  '1e400',
  '1E5',
  '1e-07',
  '0.0000001',
  '100000000000000000000',
];
const COMMON = ['0', '1', '-1', '0.5', '42', '1024', '-0.25', '4294967296'];

describe('a free-form number', () => {
  it.each([...CASES, ...COMMON])('%s is written as it was read, wherever it stands', (written) => {
    for (const value of [
      `[${written}]`,
      `{"a":${written}}`,
      `{"a":[{},${written},"${written}"]}`,
      `[ \n\t${written} ]`,
    ]) {
      expect(JSON.stringify(parseJson(value))).toBe(value.replace(/\s/g, ''));
      const body = `{"model":"app/chat","messages":[],"tools":${value},"extra":${value}}`;
      expect(JSON.stringify(parseBody(body))).toBe(body.replace(/\s/g, ''));
    }
  });

  it('whatever its form', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 4 }), (written) => {
        const text = `{"tools":[${written.join(',')}]}`;
        expect(JSON.stringify(parseBody(text))).toBe(text);
        expect(JSON.stringify(parseJson(text))).toBe(text);
      }),
    );
  });

  it('at the top of a body too', () => {
    expect(JSON.stringify(parseBody('{"top_k":40.0}'))).toBe('{"top_k":40.0}');
  });

  it('of a million digits takes no time to speak of', () => {
    const text = `{"extra":[1${'0'.repeat(1_000_000)}1]}`;
    expect(JSON.stringify(parseBody(text))).toBe(text);
  });
});

it('a checked parameter is a number, however it is written', () => {
  const parsed = parseChat(
    parseBody(
      '{"model":"app/chat","messages":[{"role":"user","content":"Hi"}],"temperature":1.10,"max_tokens":1e2,"n":1.0,"logit_bias":{"5":-1.50},"extra":1.0}',
    ),
  );
  expect(parsed).toMatchObject({
    ok: true,
    chat: { temperature: 1.1, maxOutputTokens: 100, n: 1, logit_bias: { 5: -1.5 } },
  });
});

it.each([
  ['parameters', '{"type":"function","function":{"name":"f","parameters":1.10}}'],
  ['strict', '{"type":"function","function":{"name":"f","strict":1.10}}'],
])('a number in the place of something else is called a number: %s', (field, tool) => {
  const parsed = parseChat(parseBody(`{"model":"a","messages":[{"role":"user","content":"Hi"}],"tools":[${tool}]}`));
  expect(parsed).toMatchObject({ ok: false, param: `tools[0].function.${field}` });
  expect(!parsed.ok && parsed.message).toContain('is a number');
});

describe('half a surrogate pair', () => {
  const half = String.raw`\ud83d`;

  it('is U+FFFD wherever it stands, in names too', () => {
    const body = parseBody(
      `{"messages":[{"role":"user","content":[{"type":"text","text":"a${half}"}]}],"tools":[{"x":{"k${half}":["${half}"]}}],"stop":"\\uDE00"}`,
    );
    expect(body).toEqual({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'a\ufffd' }] }],
      tools: [{ x: { 'k\ufffd': ['\ufffd'] } }],
      stop: '\ufffd',
    });
  });

  it('but whole pairs stay, and so do numbers beside them', () => {
    const text = `{"a":"\\ud83d\\ude00 😀","b":"${half}","c":[1.10]}`;
    expect(JSON.stringify(parseBody(text))).toBe('{"a":"😀 😀","b":"\ufffd","c":[1.10]}');
  });

  it('stays in the name of a user, which is refused: it would be somebody else', () => {
    expect(parseBody(`{"user":"a${half}","prompt":"${half}"}`)).toEqual({ user: 'a\ud83d', prompt: '\ufffd' });
  });
});

it.each([1_000, 200_000])('a body nested %i levels deep is read, for parseChat to refuse', (levels) => {
  const body = parseBody(`{"extra":${'['.repeat(levels)}1.10,"\\ud83d"${']'.repeat(levels)}}`);
  expect(typeof body).toBe('object');
});
