/** Objects inside a body have a closed list of fields. Whichever of these are there, no other one reaches a provider, and it is named. */
import { expect, it } from 'vitest';
import { parseChat } from '../../../protocol/parse-chat.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { target } from '../providers/chats.ts';

type Fields = Record<string, unknown>;

const EVIL = { evil: { url: 'https://evil.example', headers: { authorization: 'Bearer attacker' } } };
const called = { name: 'f', arguments: '{}' };
const tool = { type: 'function', function: { name: 'f' } };
const allowing = (allowed_tools: Fields): Fields => ({ type: 'allowed_tools', allowed_tools });
const user = (part: Fields) => ({ messages: [{ role: 'user', content: [part] }] });
const assistant = (more: Fields) => ({ messages: [{ role: 'assistant', content: 'Hi', ...more }] });
const asked = (more: Fields) => ({ messages: [{ role: 'user', content: 'Hi' }], ...more });

/** Each object with all of its fields, and a body that holds it. */
const OBJECTS: [string, Fields, (object: Fields) => Fields][] = [
  ['a message', { role: 'user', content: 'Hi', name: 'Ada' }, (object) => ({ messages: [object] })],
  ['a result', { role: 'tool', content: 'ok', tool_call_id: 'c1' }, (object) => ({ messages: [object] })],
  [
    'an answer',
    { role: 'assistant', content: 'Hi', name: 'Bo', refusal: 'No', reasoning_content: 'hm', tool_calls: [] },
    (object) => ({ messages: [object] }),
  ],
  ['a text', { type: 'text', text: 'Hi' }, user],
  ['an image part', { type: 'image_url', image_url: { url: 'https://a.example/b.png' } }, user],
  [
    'an image',
    { url: 'https://a.example/b.png', detail: 'low' },
    (object) => user({ type: 'image_url', image_url: object }),
  ],
  ['a sound part', { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }, user],
  ['a sound', { data: 'AAAA', format: 'wav' }, (object) => user({ type: 'input_audio', input_audio: object })],
  ['a file part', { type: 'file', file: { file_id: 'x' } }, user],
  ['a file', { file_data: 'data:,x', file_id: 'x', filename: 'x' }, (object) => user({ type: 'file', file: object })],
  ['a call', { id: 'c1', type: 'function', function: called }, (object) => assistant({ tool_calls: [object] })],
  ['what is called', called, (object) => assistant({ tool_calls: [{ id: 'c1', function: object }] })],
  [
    'a custom call',
    { id: 'c1', type: 'custom', custom: { name: 'c', input: 'x' } },
    (object) => assistant({ tool_calls: [object] }),
  ],
  ['a tool', { type: 'function', function: { name: 'f' } }, (object) => asked({ tools: [object] })],
  [
    'a function',
    { name: 'f', description: 'x', parameters: {}, strict: true },
    (object) => asked({ tools: [{ type: 'function', function: object }] }),
  ],
  ['an older function', { name: 'f', description: 'x', parameters: {} }, (object) => asked({ functions: [object] })],
  [
    'a schema',
    { name: 's', description: 'x', schema: {}, strict: true },
    (object) => asked({ response_format: { type: 'json_schema', json_schema: object } }),
  ],
  [
    'a format',
    { type: 'json_schema', json_schema: { name: 's', schema: {} } },
    (object) => asked({ response_format: object }),
  ],
  ['a choice', tool, (tool_choice) => asked({ tools: [tool], tool_choice })],
  ['what is chosen', tool.function, (object) => asked({ tools: [tool], tool_choice: { ...tool, function: object } })],
  [
    'allowed tools',
    { mode: 'auto', tools: [tool] },
    (object) => asked({ tools: [tool], tool_choice: allowing(object) }),
  ],
  ['what allows', allowing({ mode: 'auto', tools: [tool] }), (tool_choice) => asked({ tools: [tool], tool_choice })],
  [
    'an allowed tool',
    tool,
    (object) => asked({ tools: [tool], tool_choice: allowing({ mode: 'auto', tools: [object] }) }),
  ],
  ['stream options', { include_usage: true }, (stream_options) => asked({ stream: true, stream_options })],
];

/** The object with some of its fields, with each of them null, or left out. */
const formsOf = (fields: Fields): Fields[] => {
  const names = Object.keys(fields);
  return Array.from({ length: 3 ** names.length }, (_, number) => {
    const form: Fields = {};
    for (const [place, name] of names.entries()) {
      const how = Math.floor(number / 3 ** place) % 3;
      if (how < 2) form[name] = how === 0 ? fields[name] : null;
    }
    return form;
  });
};

it.each(OBJECTS)('%s', (_, fields, inBody) => {
  const everything = target({ customTools: true, reasoningContent: true }, { allowParams: ['input_audio', 'file'] });
  let accepted = 0;
  for (const form of formsOf(fields)) {
    const parsed = parseChat({ model: 'm', ...inBody({ ...form, ...EVIL }) });
    if (!parsed.ok) continue;
    accepted++;
    expect([form, openai.request(parsed.chat, everything).body]).toEqual([form, expect.not.stringContaining('evil')]);
    expect(parsed.chat.strippedFields).toEqual([expect.stringMatching(/\.evil$/)]);
  }
  expect(accepted).toBeGreaterThan(0);
});
