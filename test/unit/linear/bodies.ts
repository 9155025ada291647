/**
 * Bodies named by the thing that they hold `count` of, so that twice the count is about twice the body. Strings are long
 * in both, because V8 stores strings above 128 KiB elsewhere, which costs a step.
 */

type Body = Record<string, unknown>;

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const fields = (count: number, value: unknown = 1): Body =>
  Object.fromEntries(times(count, (index) => [`field_${index}`, value]));

const user = (content: unknown, more: Body = {}): Body => ({ role: 'user', content, ...more });
const call = (index: number, more: Body = {}): Body => ({
  id: `call_${index}`,
  type: 'function',
  function: { name: `tool_${index}`, arguments: '{"a":1}' },
  ...more,
});
const custom = (index: number): Body => ({ id: `call_${index}`, type: 'custom', custom: { name: 'c', input: 'x' } });
const result = (index: number): Body => ({ role: 'tool', tool_call_id: `call_${index}`, content: 'done' });
const tool = (index: number, more: Body = {}): Body => ({
  type: 'function',
  function: { name: `tool_${index}`, description: 'd', parameters: { type: 'object' }, ...more },
});
const asked = (messages: unknown[], more: Body = {}): Body => ({ messages, ...more });
const hello = user('hello');
const withSchema = (schema: unknown): Body => ({
  messages: [hello],
  response_format: { type: 'json_schema', json_schema: { name: 's', schema } },
});
const text = (content: string): Body => asked([user(content)]);

/** One more level for each `count`, within the limits of depth. */
const nested = (depth: number): unknown => times(depth, () => 0).reduce<unknown>((inner) => ({ a: inner }), 1);
const deepSchema = (depth: number): unknown =>
  times(depth, () => 0).reduce<unknown>((inner) => ({ type: 'object', properties: { a: inner } }), { type: 'string' });

export const BODIES: Readonly<Record<string, [count: number, make: (count: number) => Body]>> = {
  'unknown fields of the body': [8_000, (count) => asked([hello], fields(count))],
  'unknown fields of a message': [8_000, (count) => asked([user('x', fields(count))])],
  'messages with an unknown field each': [
    4_000,
    (count) => asked(times(count, (index) => user('x', { [`f${index}`]: 1 }))),
  ],
  'unknown fields of a part': [8_000, (count) => asked([user([{ type: 'text', text: 'x', ...fields(count) }])])],
  'unknown fields of a picture': [
    8_000,
    (count) => asked([user([{ type: 'image_url', image_url: { url: 'https://a.example/a', ...fields(count) } }])]),
  ],
  'unknown fields of a call': [
    8_000,
    (count) => asked([hello, { role: 'assistant', tool_calls: [call(1, fields(count))] }, result(1), hello]),
  ],
  'calls of one id': [
    4_000,
    (count) => asked(times(count, () => [{ role: 'assistant', tool_calls: [call(1)] }, result(1)]).flat()),
  ],
  'calls of one id in one turn': [
    4_000,
    (count) =>
      asked([{ role: 'assistant', tool_calls: times(count, () => call(1)) }, ...times(count, () => result(1))]),
  ],
  'long ids': [
    4_000,
    (count) =>
      asked([
        { role: 'assistant', tool_calls: times(count, (index) => call(index, { id: `${'x'.repeat(50)}${index}` })) },
        hello,
      ]),
  ],
  'unknown fields of a tool': [8_000, (count) => asked([hello], { tools: [{ ...tool(1), ...fields(count) }] })],
  'unknown fields of a function': [8_000, (count) => asked([hello], { tools: [tool(1, fields(count))] })],
  'unknown fields of a format': [
    8_000,
    (count) =>
      asked([hello], { response_format: { type: 'json_schema', json_schema: { name: 's', ...fields(count) } } }),
  ],
  'null fields': [8_000, (count) => asked([user('x', fields(count, null))], fields(count, null))],
  'unknown fields and named messages': [
    4_000,
    (count) =>
      asked(
        times(count, () => user('x', { name: 'Ada' })),
        fields(count),
      ),
  ],
  messages: [
    8_000,
    (count) => asked(times(count, (index) => ({ role: index % 2 ? 'assistant' : 'user', content: 'x' }))),
  ],
  'messages of one role': [8_000, (count) => asked(times(count, () => hello))],
  'system messages': [8_000, (count) => asked([...times(count, () => ({ role: 'system', content: 'x' })), hello])],
  'developer messages': [
    8_000,
    (count) => asked([...times(count, () => ({ role: 'developer', content: 'x' })), hello]),
  ],
  'legacy function messages': [
    3_000,
    (count) =>
      asked([
        hello,
        ...times(count, () => [
          { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
          { role: 'function', name: 'f', content: 'x' },
        ]).flat(),
        hello,
      ]),
  ],
  parts: [8_000, (count) => asked([user(times(count, () => ({ type: 'text', text: 'x' })))])],
  'system parts': [
    8_000,
    (count) => asked([{ role: 'system', content: times(count, () => ({ type: 'text', text: 'x' })) }]),
  ],
  pictures: [
    4_000,
    (count) => asked([user(times(count, () => ({ type: 'image_url', image_url: { url: 'https://a.example/a' } })))]),
  ],
  'pictures as data': [
    4_000,
    (count) =>
      asked([user(times(count, () => ({ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } })))]),
  ],
  'files and sounds': [
    3_000,
    (count) =>
      asked([
        user([
          { type: 'text', text: 'x' },
          ...times(count, (index) =>
            index % 2
              ? { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBE' } }
              : { type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } },
          ),
        ]),
      ]),
  ],
  tools: [3_000, (count) => asked([hello], { tools: times(count, (index) => tool(index, { strict: true })) })],
  'custom tools': [
    3_000,
    (count) => asked([hello], { tools: times(count, (index) => ({ type: 'custom', custom: { name: `c${index}` } })) }),
  ],
  'allowed tools': [
    2_000,
    (count) =>
      asked([hello], {
        tools: times(count, (index) => tool(index)),
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: {
            mode: 'auto',
            tools: times(count, (i) => ({ type: 'function', function: { name: `tool_${i}` } })),
          },
        },
      }),
  ],
  'legacy functions': [
    4_000,
    (count) => asked([hello], { functions: times(count, (index) => ({ name: `f${index}` })) }),
  ],
  'calls of one message': [
    2_000,
    (count) =>
      asked([
        hello,
        { role: 'assistant', tool_calls: times(count, (index) => call(index)) },
        ...times(count, result),
        hello,
      ]),
  ],
  'custom calls': [
    2_000,
    (count) => asked([hello, { role: 'assistant', tool_calls: times(count, custom) }, ...times(count, result), hello]),
  ],
  'calls, one a message': [
    2_000,
    (count) =>
      asked([
        hello,
        ...times(count, (index) => [{ role: 'assistant', tool_calls: [call(index)] }, result(index)]).flat(),
      ]),
  ],
  'results that nobody asked for': [6_000, (count) => asked([hello, ...times(count, result)])],
  'results between words of the user': [
    4_000,
    (count) => asked([hello, ...times(count, (i) => [result(i), hello]).flat()]),
  ],
  'results of one call': [
    6_000,
    (count) => asked([hello, { role: 'assistant', tool_calls: [call(1)] }, ...times(count, () => result(1))]),
  ],
  'fields of a call’s arguments': [
    8_000,
    (count) =>
      asked([
        hello,
        {
          role: 'assistant',
          tool_calls: [
            { id: 'c', type: 'function', function: { name: 'f', arguments: JSON.stringify(fields(count)) } },
          ],
        },
        result(1),
      ]),
  ],
  'digits of one number': [
    100_000,
    (count) =>
      asked([
        hello,
        {
          role: 'assistant',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: `{"a":${'7'.repeat(count)}}` } }],
        },
      ]),
  ],
  metadata: [8_000, (count) => asked([hello], { metadata: fields(count, 'x') })],
  logit_bias: [
    8_000,
    (count) => asked([hello], { logit_bias: Object.fromEntries(times(count, (index) => [String(index), 1])) }),
  ],
  'logit_bias by words': [8_000, (count) => asked([hello], { logit_bias: fields(count) })],
  'properties of a schema': [
    3_000,
    (count) => withSchema({ type: 'object', properties: fields(count, { type: 'string', minLength: 1 }) }),
  ],
  'keywords of a schema': [6_000, (count) => withSchema({ type: 'object', properties: {}, ...fields(count) })],
  'values of an enum': [
    8_000,
    (count) => withSchema({ type: 'object', properties: { a: { enum: times(count, String) } } }),
  ],
  'properties of a tool': [
    4_000,
    (count) => asked([hello], { tools: [tool(1, { parameters: { type: 'object', properties: fields(count, {}) } })] }),
  ],
  'depth of a schema': [18, (count) => withSchema(deepSchema(count))],
  'depth of an unknown field': [90, (count) => asked([hello], { deep: nested(count) })],
  'levels of brackets': [
    40_000,
    (count) => asked([hello], { deep: JSON.stringify(times(count, () => []).slice(0, 1)).repeat(count) }),
  ],
  letters: [300_000, (count) => text('x'.repeat(count))],
  words: [300_000, (count) => text('word '.repeat(count))],
  'white space': [300_000, (count) => text(`${' '.repeat(count)}x`)],
  'blank lines': [300_000, (count) => text(`${' \n'.repeat(count / 2)}x`)],
  'line breaks and tabs': [300_000, (count) => text(`x${'\t\n'.repeat(count / 2)}`)],
  'quotes and backslashes': [300_000, (count) => text('"\\'.repeat(count / 2))],
  'characters beyond 16 bits': [300_000, (count) => text('😀'.repeat(count / 2))],
  'marks on one letter': [150_000, (count) => text(`e${'\u0301\u0327'.repeat(count / 2)}`)],
  'marks on many letters': [300_000, (count) => text('e\u0327\u0301'.repeat(count / 3))],
  'capital sigmas': [300_000, (count) => text(`${'Σ'.repeat(count / 2)}${"'".repeat(count / 2)}`)],
  'signs of addresses': [300_000, (count) => text('@'.repeat(count))],
  'nearly addresses': [300_000, (count) => text('a@b.'.repeat(count / 4))],
  'addresses without an end': [300_000, (count) => text(`a@${'b'.repeat(63)}`.repeat(count / 64))],
  digits: [300_000, (count) => text('4'.repeat(count))],
  'groups of digits': [300_000, (count) => text('4111 '.repeat(count / 5))],
  'single digits': [300_000, (count) => text('4 '.repeat(count / 2))],
  'beginnings of IBANs': [300_000, (count) => text(' DE12'.repeat(count / 5))],
  'matches of a pattern': [300_000, (count) => text('ticket-123 '.repeat(count / 10))],
  'near matches of a pattern': [300_000, (count) => text('ticket-'.repeat(count / 7))],
  'data URLs in text': [300_000, (count) => text('data:image/png;base64,'.repeat(count / 22))],
  'pictures of one length': [
    300_000,
    (count) => asked([user([{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(count)}` } }])]),
  ],
  'parameters of a data URL': [
    300_000,
    (count) =>
      asked([
        user([
          { type: 'image_url', image_url: { url: `data:image/png${';a=b'.repeat(60)};base64,${'A'.repeat(count)}` } },
        ]),
      ]),
  ],
  'a long name': [300_000, (count) => asked([user('x', { name: 'n'.repeat(count) })])],
  'a long field name': [300_000, (count) => asked([user('x', { ['n'.repeat(count)]: 1 })], { ['m'.repeat(count)]: 1 })],
  'a long call id': [
    300_000,
    (count) => asked([hello, { role: 'assistant', tool_calls: [call(1, { id: '"'.repeat(count) })] }]),
  ],
  'a long stop string': [300_000, (count) => asked([hello], { stop: [' '.repeat(count), 'x'.repeat(count)] })],
  'a long description': [
    300_000,
    (count) =>
      withSchema({
        type: 'object',
        description: 'd'.repeat(count),
        properties: { a: { pattern: '\\'.repeat(count) } },
      }),
  ],
};
