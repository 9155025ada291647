import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerText, canonicalJson } from '../../../../protocol/answer-key.ts';
import type { ChatRequest } from '../../../../protocol/chat.ts';
import { parseBody } from '../../../../protocol/parse-body.ts';
import { parseChat } from '../../../../protocol/parse-chat.ts';
import { parseJson } from '../../../../protocol/written-number.ts';

/** `body` is JSON text, because some of them are about its notation. */
interface Vector {
  name: string;
  body: string;
  text?: string;
  sha256?: string;
  refused?: string;
  param?: string;
}

const directory = new URL('../../../fixtures/answer-keys/', import.meta.url);
const vectors = readdirSync(directory).flatMap((file) => {
  const { cases = [] } = JSON.parse(readFileSync(new URL(file, directory), 'utf8')) as { cases?: Vector[] };
  return cases.map((vector): [string, Vector] => [`${file}: ${vector.name}`, vector]);
});

function chatOf(body: string): ChatRequest {
  const parsed = parseChat(parseBody(body));
  if (!parsed.ok) throw new Error(`${parsed.param}: ${parsed.message}`);
  return parsed.chat;
}

describe('the test vectors', () => {
  it.each(vectors)('%s', (_name, { body, text, sha256, refused, param }) => {
    const result = answerText(chatOf(body));
    if (text === undefined) {
      expect(result).toMatchObject({ ok: false, reason: refused, param });
      return;
    }
    expect(result).toEqual({ ok: true, text });
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
    // What is canonical stays as it is.
    expect(canonicalJson(parseJson(text))).toBe(text);
  });

  it('are of every kind', () => {
    expect(vectors.length).toBeGreaterThan(35);
    // What `parseBody` reads always has a canonical form, unless it is nested too deeply.
    expect(new Set(vectors.map(([, { refused }]) => refused))).toEqual(new Set([undefined]));
  });
});

/** A body as deep as a hostile client can write one. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

describe('what has no canonical form', () => {
  const chat = (rest: Record<string, unknown>): ChatRequest => ({
    model: 'app/chat',
    messages: [{ role: 'user', content: 'Hi' }],
    stream: false,
    includeUsage: false,
    rest,
  });

  it.each([1_000, 100_000])('is refused by name when it is %i levels deep', (levels) => {
    expect(answerText(chat({ deep: nested(levels) }))).toMatchObject({ ok: false, reason: 'too_deep', param: 'deep' });
  });

  it('is nothing that parseChat lets through, however deep', () => {
    const deepest = { schema: nested(199) };
    const body = { model: 'app/chat', messages: [{ role: 'user', content: 'Hi' }], extra: deepest };
    expect(answerText(chatOf(JSON.stringify(body)))).toMatchObject({ ok: true });
  });

  it.each([1, '\ud800'])('is told without a name that is half a character itself (%j)', (value) => {
    const told = answerText(chat({ 'secret\ud800name': value }));
    expect(told).toMatchObject({ ok: false, reason: 'lone_surrogate', param: '' });
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1n, Symbol('x'), () => 1])('is refused: %s', (value) => {
    expect(answerText(chat({ odd: [value] }))).toMatchObject({ ok: false, reason: 'not_json', param: 'odd' });
  });
});

/** RFC 8785, section 3.2.2 and appendix B. */
describe('canonical JSON', () => {
  it('leaves out what is undefined', () => {
    expect(canonicalJson({ b: 1, a: undefined })).toBe('{"b":1}');
  });

  it("is the RFC's for its own example", () => {
    const example = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(JSON.parse(example))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])("writes the RFC's number %s as %s", (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
  });
});
