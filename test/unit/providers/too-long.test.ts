/** In which words servers say that a prompt is too long: another model may take it, and the deployment is well. */
import { describe, expect, it } from 'vitest';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { chat } from './chats.ts';

const none = () => null;
const body = (message: string, more: object = {}) =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', code: null, param: null, ...more } });

const SAID: [string, string, object?][] = [
  ['OpenAI', 'Your input exceeds the context window of this model. Please adjust your input and try again.'],
  ['OpenAI', "This model's maximum context length is 128000 tokens.", { code: 'context_length_exceeded' }],
  ['Gemini', 'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).'],
  ['xAI', "This model's maximum prompt length is 131072 but the request contains 537812 tokens."],
  ['Groq', 'Please reduce the length of the messages or completion.', { code: 'context_length_exceeded' }],
  [
    'OpenRouter',
    "This endpoint's maximum context length is 131072 tokens. However, you requested about 200000 tokens.",
  ],
  ['Poolside', 'Input length 131393 exceeds the maximum allowed input length of 131040 tokens.'],
  ['Together', "The input (300 tokens) is longer than the model's context length (200 tokens)."],
  [
    'GitHub Models',
    'prompt token count of 5000 exceeds the limit of 4096',
    { code: 'model_max_prompt_tokens_exceeded' },
  ],
  [
    'llama.cpp',
    'request (131168 tokens) exceeds the available context size (131072 tokens), try increasing it',
    { code: 400, type: 'exceed_context_size_error' },
  ],
  [
    'llama.cpp of 2025',
    'the request exceeds the available context size. try increasing the context size or enable context shift',
  ],
  [
    'LM Studio',
    'Trying to keep the first 15857 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
  ],
  ['LM Studio', 'The number of tokens to keep from the initial prompt is greater than the context length.'],
  ['Ollama', 'prompt too long; exceeded max context length by 4 tokens'],
  ['MiniMax', 'invalid params, context window exceeds limit (2013)'],
  ['Kimi', 'Invalid request: Your request exceeded model token limit: 128000'],
  ['Mistral', 'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length'],
  [
    'vLLM',
    "This model's maximum context length is 262144 tokens. However, you requested 0 output tokens and your prompt contains at least 262145 input tokens.",
  ],
  ['SGLang', "Requested token count exceeds the model's maximum context length of 131072 tokens."],
  ['SGLang', "The input (40000 tokens) is longer than the model's context length (32768 tokens)."],
  ['TGI', '`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 0 `max_new_tokens`'],
  ['DashScope', 'Range of input length should be [1, 30720]', { code: 'invalid_parameter_error' }],
  ['GLM', 'Prompt exceeds max length', { code: '1261' }],
  ['GLM in Chinese', 'Prompt 超长', { code: '1261' }],
  [
    'DeepSeek',
    "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens (70000 in the messages, 0 in the completion).",
  ],
];

it.each(SAID)('%s: %s', (_, message, more) => {
  for (const status of [400, 422]) {
    expect(openai.failure(status, none, body(message, more)).kind).toBe('too_long');
  }
  const [step] = openai.stream(chat({ stream: true }), 0).event(undefined, body(message, more));
  expect(step).toMatchObject({ kind: 'failure', failure: { kind: 'too_long' } });
});

describe('llama.cpp', () => {
  it('says so with a 500, too', () => {
    const said = body('the request exceeds the available context size.', {
      code: 500,
      type: 'exceed_context_size_error',
    });
    expect(openai.failure(500, none, said)).toMatchObject({ kind: 'too_long', mayBeBilled: false });
  });
});

it.each([
  'The context could not be read.',
  'Rate limit: the limit of 5 requests is exceeded.',
  'messages must not be empty',
  'the requested size of the image is not allowed',
])('%s is another fault', (message) => {
  expect(openai.failure(400, none, body(message)).kind).toBe('bad_request');
});
