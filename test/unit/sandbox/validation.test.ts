import { describe, expect, it } from 'vitest';
import type { ProviderName } from '../../../sandbox/ask.ts';
import { asObject, type Json } from '../../../sandbox/json.ts';
import { bodyFor, post, useSandbox } from './support.ts';

const sandbox = useSandbox();

async function refusal(provider: ProviderName, rest: Json, headers: Record<string, string> = {}) {
  const response = await post(sandbox(), provider, bodyFor(provider, rest), { headers });
  const body = asObject(await response.json());
  return { status: response.status, body, error: asObject(body.error), message: String(asObject(body.error).message) };
}

const tool = { role: 'tool', tool_call_id: 'call_1', content: 'x' };
const caller = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
};
const user = { role: 'user', content: 'Hello' };

describe('OpenAI', () => {
  const wrong: [string, Json, Json][] = [
    [
      'an unknown field',
      { carryon: 1 },
      { message: 'Unrecognized request argument supplied: carryon', param: null, code: null },
    ],
    ['two unknown fields', { a: 1, b: 2 }, { message: 'Unrecognized request arguments supplied: a, b' }],
    ['no messages', { messages: undefined }, { code: 'missing_required_parameter', param: 'messages' }],
    ['empty messages', { messages: [] }, { code: 'empty_array' }],
    [
      'a wrong type',
      { max_tokens: '5' },
      {
        code: 'invalid_type',
        param: 'max_tokens',
        message: "Invalid type for 'max_tokens': expected an integer, but got a string instead.",
      },
    ],
    ['too hot', { temperature: 3 }, { code: 'decimal_above_max_value', param: 'temperature' }],
    ['two caps', { max_tokens: 5, max_completion_tokens: 5 }, { param: 'max_tokens' }],
    ['stream options without a stream', { stream_options: { include_usage: true } }, { param: 'stream_options' }],
    ['a choice without tools', { tool_choice: 'auto' }, { param: 'tool_choice' }],
    [
      'an unknown role',
      { messages: [{ role: 'robot', content: 'x' }] },
      { param: 'messages[0].role', code: 'invalid_value' },
    ],
    [
      'an unknown field in a message',
      { messages: [{ ...user, id: 1 }] },
      { param: 'messages[0].id', code: 'unknown_parameter' },
    ],
    ['a message without content', { messages: [{ role: 'user' }] }, { param: 'messages[0].content' }],
    [
      'an unknown part',
      { messages: [{ role: 'user', content: [{ type: 'image' }] }] },
      { param: 'messages[0].content[0].type' },
    ],
    [
      'a result that nobody asked for',
      { messages: [user, tool] },
      { message: expect.stringContaining("messages with role 'tool' must be") },
    ],
    ['a call without its result', { messages: [user, caller, user] }, { message: expect.stringContaining('call_1') }],
  ];
  it.each(wrong)('refuses %s', async (_, rest, error) => {
    const refused = await refusal('openai', rest);
    expect(refused.status).toBe(400);
    expect(refused.error).toMatchObject({ type: 'invalid_request_error', ...error });
    expect(Object.keys(refused.error).sort()).toEqual(['code', 'message', 'param', 'type']);
  });

  it('wants a key that is not known to be bad', async () => {
    expect(await refusal('openai', {}, { authorization: '' })).toMatchObject({ status: 401 });
    expect(await refusal('openai', {}, { authorization: 'Bearer bad-key' })).toMatchObject({
      status: 401,
      error: { code: 'invalid_api_key' },
    });
  });

  it('answers a body with every documented field', async () => {
    const full = {
      audio: null,
      frequency_penalty: 0,
      logit_bias: { '50256': -100 },
      logprobs: true,
      max_completion_tokens: 20,
      metadata: { a: 'b' },
      modalities: ['text'],
      n: 1,
      parallel_tool_calls: true,
      prediction: null,
      presence_penalty: 0,
      prompt_cache_key: 'k',
      prompt_cache_options: {},
      prompt_cache_retention: null,
      reasoning_effort: 'low',
      response_format: { type: 'text' },
      safety_identifier: 'u',
      seed: 1,
      service_tier: 'default',
      stop: ['zzz'],
      store: false,
      stream: false,
      temperature: 0.5,
      tools: [{ type: 'function', function: { name: 'f' } }],
      tool_choice: 'auto',
      top_logprobs: 1,
      top_p: 1,
      user: 'u',
      verbosity: 'low',
      web_search_options: {},
    };
    expect((await post(sandbox(), 'openai', bodyFor('openai', full))).status).toBe(200);
  });
});

describe('Anthropic', () => {
  const use = { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }] };
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' }] };
  const tools = [{ name: 'f', input_schema: { type: 'object' } }];
  const wrong: [string, Json, string][] = [
    ['an unknown field', { frequency_penalty: 1 }, 'frequency_penalty: Extra inputs are not permitted'],
    ['no cap', { max_tokens: undefined }, 'max_tokens: Field required'],
    ['a wrong type', { stream: 'yes' }, 'stream: Input should be a valid boolean'],
    ['too hot', { temperature: 1.5 }, 'temperature: Input should be less than or equal to 1'],
    [
      'a system message among the turns',
      { messages: [{ role: 'system', content: 'x' }] },
      'messages: Unexpected role "system"',
    ],
    [
      'an unknown field in a message',
      { messages: [{ ...user, name: 'Ada' }] },
      'messages.0.name: Extra inputs are not permitted',
    ],
    [
      'an empty text',
      { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] },
      'text content blocks must be non-empty',
    ],
    ['a blank text', { messages: [{ role: 'user', content: ' ' }] }, 'must contain non-whitespace text'],
    ['a turn without content', { messages: [{ role: 'assistant', content: '' }, user] }, 'must have non-empty content'],
    [
      "OpenAI's image part",
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      "Input tag 'image_url'",
    ],
    ['a result that nobody asked for', { messages: [result] }, 'unexpected `tool_use_id`'],
    ['a call without its result', { messages: [user, use, user], tools }, 'were found without `tool_result`'],
    [
      'a prefill that ends in a space',
      { messages: [user, { role: 'assistant', content: 'Well ' }] },
      'trailing whitespace',
    ],
    ['too small a budget', { thinking: { type: 'enabled', budget_tokens: 10 } }, 'greater than or equal to 1024'],
    [
      'a budget over the cap',
      { max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 2000 } },
      'must be greater than',
    ],
    [
      'thinking with a forced tool',
      { tools, tool_choice: { type: 'any' }, thinking: { type: 'adaptive' } },
      'forces tool use',
    ],
    ['an unknown tool choice', { tools, tool_choice: { type: 'required' } }, "Input tag 'required'"],
    ['a tool without a schema', { tools: [{ name: 'f' }] }, 'tools.0.custom.input_schema'],
  ];
  it.each(wrong)('refuses %s', async (_, rest, message) => {
    const refused = await refusal('anthropic', rest);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error' },
      request_id: expect.any(String),
    });
    expect(refused.message).toContain(message);
  });

  it('joins neighbouring turns of one role before it looks for results', async () => {
    const messages = [user, use, result, user];
    expect((await post(sandbox(), 'anthropic', bodyFor('anthropic', { messages, tools }))).status).toBe(200);
  });

  it('wants its headers', async () => {
    expect(await refusal('anthropic', {}, { 'x-api-key': '' })).toMatchObject({
      status: 401,
      error: { type: 'authentication_error' },
    });
    expect(await refusal('anthropic', {}, { 'x-api-key': 'bad-key' })).toMatchObject({ status: 401 });
    const { origin } = sandbox().anthropic;
    const response = await fetch(`${origin}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'k' },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('anthropic-version');
  });
});

it.each<ProviderName>(['openai', 'anthropic'])(
  '%s refuses what is not JSON, and paths it does not have',
  async (provider) => {
    expect((await post(sandbox(), provider, {}, { body: '{"model":' })).status).toBe(400);
    expect((await post(sandbox(), provider, {}, { body: '[]' })).status).toBe(400);
    const headers = { authorization: 'Bearer k', 'x-api-key': 'k', 'anthropic-version': '2023-06-01' };
    expect((await fetch(`${sandbox()[provider].url}/nothing`, { headers })).status).toBe(404);
  },
);
