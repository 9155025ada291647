/** Requests of every kind a client can send, nasty ones included, as `parseChat` lets them through. */
import fc from 'fast-check';
import type { ChatRequest } from '../../../../../protocol/chat.ts';
import { parseChat } from '../../../../../protocol/parse-chat.ts';
import { legalBody } from '../../../providers/arbitraries.ts';

/** Many scripts, emoji, joined emoji, characters that JSON escapes, lone surrogates, and strings that look like a number with an exponent. */
const SAMPLES = [
  'Hello, how are you?',
  'Grüße, naïve café',
  'Привет, как дела?',
  '你好，世界',
  'こんにちは',
  '안녕하세요',
  'مرحبا بالعالم',
  'नमस्ते दुनिया',
  '👩‍👩‍👧‍👦🏳️‍🌈😀',
  '𝒳𝓎𝓏 𐍈',
  '\u0001\u0002\u001f',
  '"quoted" \\ and \n lines \t',
  '\ud800',
  '\udc00 \ud800x',
  '1e20 2E21 3e-6',
  ' ',
  'ﷺ',
];
const shortText = fc.oneof(
  fc.array(fc.constantFrom(...SAMPLES), { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
/** Sometimes so long that each text alone exceeds what is always added to a request. */
export const text = fc.oneof(
  { weight: 3, arbitrary: shortText },
  {
    weight: 1,
    arbitrary: fc.tuple(shortText, fc.integer({ min: 1, max: 40 })).map(([piece, times]) => piece.repeat(times)),
  },
);
const word = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9_-]{1,16}$/),
  fc.constantFrom('get_weather', '__proto__', 'toString'),
);
/** Names as clients may write them; a provider refuses some, but they must still be counted in full. */
const anyName = fc.oneof({ arbitrary: word, weight: 4 }, { arbitrary: text.filter((name) => name !== ''), weight: 1 });

const numbers = fc.constantFrom(1e20, 1e-6, 5e20, 0.1, -1.5e300, 12345678901234567000, 7);
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.array(numbers, { maxLength: 20 }),
  fc.dictionary(anyName, text, { maxKeys: 3 }),
);

const image = fc
  .record({
    url: fc.constantFrom('https://a.example/b.png', `data:image/png;base64,${'A'.repeat(400)}`, 'data:,x'),
    detail: fc.constantFrom('low', 'high'),
  })
  .map((image_url) => ({ type: 'image_url', image_url }));
const audio = fc.constant({ type: 'input_audio', input_audio: { data: 'A'.repeat(300), format: 'wav' } });
const file = fc.constantFrom(
  { type: 'file', file: { file_data: 'A'.repeat(300), filename: 'a.pdf' } },
  { type: 'file', file: { file_data: `data:text/plain;base64,${'QUJD'.repeat(100)}`, filename: 'a.txt' } },
  { type: 'image_url', image_url: { url: 'data:application/pdf;base64,AAAA' } },
  { type: 'image_url', image_url: { url: `data:text/plain,${'%C3%A9'.repeat(100)}` } },
  { type: 'image_url', image_url: { url: 'data:image/svg+xml,<svg/>' } },
);
const textPart = text.map((content) => ({ type: 'text', text: content }));
const userContent = fc.oneof(text, fc.array(fc.oneof(textPart, image, audio, file), { minLength: 1, maxLength: 4 }));

/** Arguments as models write them: mostly JSON, sometimes anything. */
const callText = fc.oneof(
  fc.dictionary(word, json, { maxKeys: 3 }).map((input) => JSON.stringify(input)),
  fc
    .array(fc.constantFrom('1e20', '1E+20', '5e-6', '-1.5e300'), { maxLength: 20 })
    .map((all) => `{"a":[${all.join(',')}]}`),
  text,
  fc.constant('['.repeat(500)),
);
const call = fc
  .record({ id: anyName, name: anyName, input: callText, isCustom: fc.boolean() })
  .map(({ id, name, input, isCustom }) =>
    isCustom
      ? { id, type: 'custom', custom: { name, input } }
      : { id, type: 'function', function: { name, arguments: input } },
  );

const toolTurn = fc
  .record({
    calls: fc.uniqueArray(call, { minLength: 1, maxLength: 3, selector: ({ id }) => id }),
    result: fc.oneof(text, fc.array(fc.oneof(textPart, image), { minLength: 1, maxLength: 3 })),
    said: fc.option(text),
    thought: text,
  })
  .map(({ calls, result, said, thought }) => [
    { role: 'assistant', content: said, tool_calls: calls, reasoning_content: thought },
    ...calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: result })),
  ]);

export const turn = fc.oneof(
  userContent.map((content) => [{ role: 'user', content }]),
  fc.tuple(text, anyName).map(([content, name]) => [{ role: 'user', content, name }]),
  text.map((content) => [{ role: 'assistant', content }]),
  text.map((refusal) => [{ role: 'assistant', content: null, refusal }]),
  text.map((content) => [{ role: 'assistant', content: [{ type: 'refusal', refusal: content }] }]),
  text.map((content) => [{ role: 'system', content }]),
  text.map((content) => [{ role: 'developer', content }]),
  toolTurn,
);
const messages = fc.array(turn, { minLength: 1, maxLength: 6 }).map((turns) => turns.flat());

const { schema } = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record(
      {
        type: fc.constantFrom('string', 'number', 'object', 'array'),
        description: fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.constantFrom(7, {}, [{}, {}])),
        enum: fc.array(json, { maxLength: 3 }),
        minimum: numbers,
        pattern: text,
        format: fc.constantFrom('email', 'color'),
        default: json,
        '': fc.constant(0),
        'x-"odd"': json,
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(word, tie('schema'), { maxKeys: 3 }),
        required: fc.array(word, { maxLength: 2 }),
        additionalProperties: fc.boolean(),
        $defs: fc.dictionary(word, tie('schema'), { maxKeys: 2 }),
      },
      { requiredKeys: [] },
    ),
    fc.record({ anyOf: fc.array(tie('schema'), { maxLength: 4 }) }),
    fc.record({ oneOf: fc.array(tie('schema'), { maxLength: 4 }) }),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.constant({}),
  ),
}));

export { schema };

/** A message that every format has a form for, if its parts have one. */
const closedSchema = fc.oneof(
  schema,
  fc.dictionary(word, schema, { maxKeys: 8 }).map((properties) => ({ type: 'object', properties })),
);

const tool = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record(
        { name: anyName, description: text, parameters: schema, strict: fc.boolean() },
        { requiredKeys: ['name'] },
      )
      .map((definition) => ({ type: 'function', function: definition })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ name: anyName, description: text, format: json.filter(isObject) }, { requiredKeys: ['name'] })
      .map((custom) => ({ type: 'custom', custom })),
  },
);
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const choice = fc.oneof(
  fc.constantFrom('none', 'auto', 'required'),
  anyName.map((name) => ({ type: 'function', function: { name } })),
  anyName.map((name) => ({ type: 'custom', custom: { name } })),
  fc.array(anyName, { maxLength: 3 }).map((names) => ({
    type: 'allowed_tools',
    allowed_tools: { mode: 'auto', tools: names.map((name) => ({ type: 'function', function: { name } })) },
  })),
);

/** Bodies as they come in, including fields that change the price. */
export const body = fc.record(
  {
    model: fc.constant('app/chat'),
    messages,
    stream: fc.boolean(),
    n: fc.integer({ min: 1, max: 4 }),
    max_completion_tokens: fc.integer({ min: 1, max: 400 }),
    stop: fc.array(text, { maxLength: 4 }),
    tools: fc.array(tool, { minLength: 1, maxLength: 4 }),
    tool_choice: choice,
    parallel_tool_calls: fc.boolean(),
    response_format: fc.oneof(
      fc.constantFrom({ type: 'text' }, { type: 'json_object' }),
      fc
        .record({ name: word, description: text, schema: closedSchema }, { requiredKeys: ['name'] })
        .map((json_schema) => ({ type: 'json_schema', json_schema })),
    ),
    reasoning_effort: fc.oneof(
      fc.constantFrom('none', 'low', 'high', 'max'),
      text.filter((effort) => effort !== ''),
    ),
    service_tier: fc.constantFrom('default', 'flex', 'priority'),
    prediction: text.map((content) => ({ type: 'content', content })),
    web_search_options: fc.constant({}),
    models: fc.array(word, { maxLength: 3 }),
    verbosity: fc.constant('low'),
  },
  { requiredKeys: ['model', 'messages', 'max_completion_tokens'] },
);

const parsed = (bodies: fc.Arbitrary<unknown>): fc.Arbitrary<ChatRequest> =>
  bodies
    .map((sent) => parseChat(JSON.parse(JSON.stringify(sent))))
    .filter((parsed) => parsed.ok)
    .map((parsed) => parsed.chat);

/** Requests that no parser refuses. */
export const chat = parsed(body);

/** Longer requests, of many turns. */
export const conversation = parsed(
  fc.record({
    model: fc.constant('app/chat'),
    max_completion_tokens: fc.integer({ min: 1, max: 400 }),
    messages: fc.array(turn, { minLength: 3, maxLength: 12, size: 'max' }).map((turns) => turns.flat()),
  }),
);

/** With instructions and tools so long that providers cache them, or cache the tools alone. */
export const longChat = parsed(
  fc
    .record({ said: text, times: fc.integer({ min: 20, max: 600 }), hasTools: fc.boolean() })
    .map(({ said, times, hasTools }) => ({
      model: 'app/chat',
      max_completion_tokens: 50,
      messages: [
        { role: 'system', content: `Be kind. ${said} `.repeat(times) },
        { role: 'user', content: said },
        { role: 'user', content: 'Hello' },
      ],
      ...(hasTools && {
        tools: [1, 2].map((number) => ({
          type: 'function',
          function: {
            name: `f${number}`,
            description: 'Not for every day. '.repeat(times),
            parameters: { type: 'object' },
          },
        })),
      }),
    })),
);

/** Requests that no provider refuses either. */
export const legalChat = parsed(
  fc.tuple(legalBody, fc.integer({ min: 1, max: 300 }), text).map(([sent, max_completion_tokens, said]) => ({
    ...sent,
    max_completion_tokens,
    messages: [...sent.messages, { role: 'user', content: `In JSON: ${said}` }],
  })),
);
