import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../protocol/chat.ts';
import { chunksOfCompletion } from '../../../protocol/chunks-of-completion.ts';
import { parseBody } from '../../../protocol/parse-body.ts';
import { parseChat } from '../../../protocol/parse-chat.ts';
import { pageCompletion } from '../../../worker/core/answers/page-body.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { chat, target } from './chats.ts';
import { throughDoor } from './functions-client.ts';

const NUMBERS = [
  '7204839156120043521',
  '-9223372036854775808',
  '1.10',
  '1.0',
  '-0',
  '1e400',
  '1E-7',
  '0.1000000000000000055',
];

function read(fields: string): ChatRequest {
  const parsed = parseChat(parseBody(`{"model":"app/chat","messages":[{"role":"user","content":"Hi"}],${fields}}`));
  if (!parsed.ok) throw new Error(`${parsed.param}: ${parsed.message}`);
  return parsed.chat;
}

const sent = (format: 'openai' | 'anthropic', asked: ChatRequest, model = 'claude-sonnet-4-5', quirks = {}) =>
  adapterFor(format).request(asked, target(quirks, { model, allowParams: ['top_k'] })).body;

describe.each(['openai', 'anthropic'] as const)('sent to %s', (format) => {
  it.each(NUMBERS)("%s in a tool's schema", (number) => {
    const schema = `{"type":"object","properties":{"id":{"enum":[${number}],"minimum":${number},"default":${number}}}}`;
    const asked = read(`"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}]`);
    expect(sent(format, asked)).toContain(schema);
  });

  it.each(NUMBERS)('%s in a response format', (number) => {
    const schema = `{"type":"object","properties":{"id":{"const":${number}}},"required":["id"],"additionalProperties":false}`;
    const asked = read(
      `"response_format":{"type":"json_schema","json_schema":{"name":"it","strict":true,"schema":${schema}}}`,
    );
    expect(sent(format, asked)).toContain(`{"const":${number}}`);
    // In words, too.
    const inWords = JSON.stringify(schema).slice(1, -1);
    expect(sent(format, asked, 'claude-3-5-haiku', { jsonSchema: false })).toContain(inWords);
  });

  it.each(NUMBERS)('%s in a field that config lets through', (number) => {
    expect(sent(format, read(`"top_k":${number}`))).toContain(`"top_k":${number}`);
  });

  it.each(NUMBERS)("%s in a history's tool call", (number) => {
    const text = `{"id":${number}}`;
    const asked = chat({
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: text } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'ok' },
      ],
    });
    const expected = format === 'openai' ? JSON.stringify(text) : `"input":${text}`;
    expect(sent(format, asked)).toContain(expected);
  });
});

it('a limit that is put into words for Anthropic keeps its digits', () => {
  const schema = '{"type":"object","properties":{"id":{"type":"integer","minimum":-9223372036854775808}}}';
  const asked = read(`"response_format":{"type":"json_schema","json_schema":{"name":"it","schema":${schema}}}`);
  expect(sent('anthropic', asked)).toContain('(minimum: -9223372036854775808)');
});

describe.each([false, true])("Anthropic's answer, for a client of functions: %s", (legacyFunctions) => {
  const asked = { ...chat(), legacyFunctions };
  const argumentsIn = (said: unknown): unknown => {
    const { tool_calls: calls, function_call: call } = said as {
      tool_calls: { function: { arguments: unknown } }[];
      function_call: { arguments: unknown };
    };
    return legacyFunctions ? call.arguments : calls[0]?.function.arguments;
  };

  it.each(NUMBERS)('whole, with %s', (number) => {
    const text = `{"id":"msg_1","type":"message","model":"m","content":[{"type":"text","text":"[1.10, 2"},{"type":"tool_use","id":"t1","name":"f","input":{"id":${number},"a":[${number}]}}],"stop_reason":"tool_use","usage":{"input_tokens":9,"output_tokens":5}}`;
    const reply = throughDoor(adapterFor('anthropic')).reply(text, asked, 0);
    if (!reply.ok) throw new Error(reply.failure.message);
    expect(argumentsIn(JSON.parse(reply.body).choices[0].message)).toBe(`{"id":${number},"a":[${number}]}`);
    expect(reply.usage).toMatchObject({ inputTokens: 9, outputTokens: 5 });
  });

  it.each(NUMBERS)('streamed, its input sent with the start of the block, with %s', (number) => {
    const stream = throughDoor(adapterFor('anthropic')).stream(asked, 0);
    const steps = [
      `{"type":"message_start","message":{"id":"msg_1","model":"m","usage":{"input_tokens":9,"output_tokens":1}}}`,
      `{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t1","name":"f","input":{"id":${number}}}}`,
      `{"type":"content_block_stop","index":0}`,
    ].flatMap((data) => stream.event(undefined, data));
    const last = steps.at(-1);
    if (last?.kind !== 'chunk') throw new Error('no chunk');
    expect(argumentsIn(JSON.parse(last.data).choices[0].delta)).toBe(`{"id":${number}}`);
    const bytes = steps.reduce((sum, step) => sum + (step.kind === 'chunk' ? step.textBytes : 0), 0);
    expect(bytes).toBeGreaterThanOrEqual(`{"id":${number}}`.length);
  });
});

describe.each([false, true])(
  "an OpenAI answer's arguments that came as an object, for a client of functions: %s",
  (legacy) => {
    const asked = { ...chat(), legacyFunctions: legacy };
    const callIn = (said: Record<string, unknown>) =>
      (legacy ? said.function_call : (said.tool_calls as { function: unknown }[])[0]?.function) as {
        arguments: unknown;
      };
    const calls = (text: string) => `"tool_calls":[{"index":0,"id":"c","type":"function","function":${text}}]`;

    it.each(NUMBERS)('whole, with %s: their text, to pages and as a stream too', (number) => {
      const text = `{"id":"a","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"[1.10",${calls(`{"name":"f","arguments":{"id":${number}}}`)}},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":5}}`;
      const reply = throughDoor(adapterFor('openai')).reply(text, asked, 0);
      if (!reply.ok) throw new Error(reply.failure.message);
      for (const body of [reply.body, pageCompletion(reply.body, 'app/chat')])
        expect(callIn(JSON.parse(body).choices[0].message)).toEqual({ name: 'f', arguments: `{"id":${number}}` });
      const chunks = chunksOfCompletion(reply.body).map(({ data }) => JSON.parse(data).choices[0]?.delta ?? {});
      expect(chunks.some((delta) => callIn({ tool_calls: [{}], ...delta })?.arguments === `{"id":${number}}`)).toBe(
        true,
      );
      expect(reply.usage).toMatchObject({ inputTokens: 9, outputTokens: 5 });
    });

    it.each(NUMBERS)('streamed, with %s', (number) => {
      const stream = throughDoor(adapterFor('openai')).stream(asked, 0);
      const data = `{"id":"a","model":"m","choices":[{"index":0,"delta":{${calls(`{"name":"f","arguments":{"id":${number},"a":[]}}`)}}}]}`;
      const [step] = stream.event(undefined, data);
      if (step?.kind !== 'chunk') throw new Error('no chunk');
      const { delta } = JSON.parse(step.data).choices[0];
      expect(callIn(delta)).toEqual({ name: 'f', arguments: `{"id":${number},"a":[]}` });
      expect(step.textBytes).toBeGreaterThanOrEqual(`{"id":${number},"a":[]}`.length);
    });

    it('nested too deeply, is a failed attempt, or a lost event', () => {
      const deep = calls(`{"name":"f","arguments":${'{"a":'.repeat(9_000)}1.10${'}'.repeat(9_000)}}`);
      const whole = `{"choices":[{"index":0,"message":{${deep}},"finish_reason":"tool_calls"}]}`;
      expect(adapterFor('openai').reply(whole, asked, 0).ok).toBe(false);
      const chunk = `{"choices":[{"index":0,"delta":{${deep}}}]}`;
      expect(throughDoor(adapterFor('openai')).stream(asked, 0).event(undefined, chunk)).toMatchObject([
        { kind: 'lost' },
      ]);
    });

    it.each(['null', '""', '"{}"'])('a call whose arguments are %s goes on as it came', (value) => {
      const said = `"role":"assistant",${calls(`{"name":"f","arguments":${value}}`)}`;
      const chunk = `{"id":"a","choices":[{"index":0,"delta":{${said}}}]}`;
      expect(adapterFor('openai').stream(chat(), 0).event(undefined, chunk)).toMatchObject([{ data: chunk }]);
    });
  },
);

it("half a surrogate pair in a call's arguments is U+FFFD where they go out as JSON", () => {
  const asked = chat({
    messages: [
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        tool_calls: [
          { id: 'c', type: 'function', function: { name: 'f', arguments: String.raw`{"a\ud83d":"\ud83d 1"}` } },
        ],
      },
      { role: 'tool', tool_call_id: 'c', content: 'ok' },
    ],
  });
  expect(sent('anthropic', asked)).toContain('"input":{"a\ufffd":"\ufffd 1"}');
});
