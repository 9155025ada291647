import { describe, expect, it } from 'vitest';
import type { RequestFacts } from '../../../worker/providers/adapter.ts';
import { anthropic } from '../../../worker/providers/anthropic/adapter.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { chat } from './chats.ts';

const none = () => null;
const told =
  (headers: Record<string, string>) =>
  (name: string): string | null =>
    headers[name] ?? null;
const error = (message: string, more: object = {}) =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', code: null, param: null, ...more } });
const anthropicError = (message: string, type = 'invalid_request_error') =>
  JSON.stringify({ type: 'error', error: { type, message } });
const both = { openai, anthropic };

describe('a 400 about the model', () => {
  it.each<[string, object?]>([
    ["Unsupported parameter: 'max_tokens' is not supported with this model.", { code: 'unsupported_parameter' }],
    ["Unsupported value: 'temperature' does not support 0.2 with this model.", { code: 'unsupported_value' }],
    ["'temperature' does not support 0.2 with this model. Only the default (1) value is supported."],
    ['temperature does not support 0.2 with this model'],
    [
      'max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.',
      { code: 'invalid_value', param: 'max_tokens' },
    ],
    ['max_tokens is too large'],
    ['Invalid max_tokens value, the valid range of max_tokens is [1, 8192]'],
    ['Range of max_tokens should be [1, 8192]', { code: 'InvalidParameter' }],
    [
      '`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window`',
      {},
    ],
    [
      "Invalid 'max_completion_tokens': integer above maximum value.",
      { code: 'integer_above_max_value', param: 'max_completion_tokens' },
    ],
    ['registry.ollama.ai/library/phi does not support tools'],
    ['`tool calling` is not supported with this model'],
    ["property 'logprobs' is unsupported"],
    ["Invalid value: 'custom'. Supported values are: 'function'.", { code: 'invalid_value', param: 'tools[0].type' }],
    ["'developer' is not one of ['system', 'assistant', 'user', 'tool', 'function'] - 'messages.0.role'"],
    [
      "Invalid 'tools[0].function.name': string does not match pattern.",
      { code: 'invalid_value', param: 'tools[0].function.name' },
    ],
    ["Invalid schema for response_format 'x'", { code: 'invalid_json_schema' }],
    ["Invalid parameter: 'response_format' of type 'json_schema'", { param: 'response_format' }],
    ['This response_format type is unavailable now', { param: 'response_format' }],
    ["Unknown parameter: 'verbosity'.", { code: 'unknown_parameter' }],
    ['Unrecognized request argument supplied: seed'],
    ['Invalid content type. image_url is only supported by certain models.'],
    ['Invalid JSON payload received. Unknown name "seed": Cannot find field.', { status: 'INVALID_ARGUMENT' }],
    // Gemini 3 at one of Google's hosts refuses what another of them signed.
    ['Corrupted thought signature.', { status: 'INVALID_ARGUMENT' }],
    ['Unable to submit request because Thought signature is not valid..', { status: 'INVALID_ARGUMENT' }],
    ['Function call is missing a thought_signature in functionCall parts.', { status: 'INVALID_ARGUMENT' }],
  ])('OpenAI’s form: %s', (message, more) => {
    expect(openai.failure(400, none, error(message, more))).toMatchObject({
      kind: expect.stringMatching(/^(unsupported|too_long)$/),
      mayBeBilled: false,
    });
  });

  it.each([
    'max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-sonnet-20241022',
    'tools.0.custom.name: String should match pattern ^[a-zA-Z0-9_-]{1,128}$',
    "tools.0: Input tag 'web_search_20260101' found using 'type' does not match any of the expected tags",
    'tool_choice.type: forcing a tool is not allowed while thinking',
    '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    'This model does not support assistant message prefill.',
    'adaptive thinking is not supported on this model',
    'thinking.budget_tokens: Input should be greater than or equal to 1024',
    "'claude-3-5-haiku' does not support image input",
    'system.0.cache_control: Extra inputs are not permitted',
  ])('Anthropic’s form: %s', (message) => {
    expect(anthropic.failure(400, none, anthropicError(message)).kind).toBe('unsupported');
  });

  it('vLLM’s and Mistral’s lists, and OpenRouter’s 404', () => {
    const list = [{ type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }];
    for (const body of [
      { detail: list },
      { object: 'error', message: { detail: list }, type: 'invalid_request_error' },
    ]) {
      expect(openai.failure(422, none, JSON.stringify(body)).kind).toBe('unsupported');
    }
    expect(openai.failure(404, none, error('No endpoints found that support tool use.', { code: 404 })).kind).toBe(
      'unsupported',
    );
    expect(openai.failure(404, none, error('No endpoints found for some/model.', { code: 404 })).kind).toBe('no_model');
  });

  it.each([
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens`',
    'prompt is too long: 210000 tokens > 200000 maximum',
  ])('too long stays too long: %s', (message) => {
    expect(anthropic.failure(400, none, anthropicError(message)).kind).toBe('too_long');
  });

  it.each([
    'auto tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    'This response_format type is unavailable now',
    'Function calling is not enabled for models/gemma-3-27b-it',
  ])('a form that this provider does not have: %s', (message) => {
    expect(openai.failure(400, none, error(message)).kind).toBe('unsupported');
  });

  it('is none where the request itself is wrong', () => {
    for (const message of [
      "Invalid 'temperature': decimal above maximum value. Expected a value <= 2.",
      'messages: at least one message is required',
      'Bad value',
    ]) {
      expect(openai.failure(400, none, error(message, { param: 'temperature', code: 'invalid_value' })).kind).toBe(
        'bad_request',
      );
      expect(anthropic.failure(400, none, anthropicError(message)).kind).toBe('bad_request');
    }
  });

  it('is never one of a flagged prompt, whatever else its words say', () => {
    for (const words of [
      'Input data may contain inappropriate content for this model.',
      'Your request was rejected by our safety system. That is not supported.',
      'Blocked: PROHIBITED_CONTENT is not supported by this model',
      'The prompt contains sensitive words that this model does not support',
    ]) {
      expect(openai.failure(400, none, error(words)).kind).toBe('flagged');
      expect(anthropic.failure(400, none, anthropicError(words)).kind).toBe('flagged');
    }
    for (const code of ['data_inspection_failed', 'DataInspectionFailed', 'ResponsibleAIPolicyViolation'])
      for (const status of [400, 403])
        expect(openai.failure(status, none, error('unsupported', { code })).kind).toBe('flagged');
    const words = 'Your prompt was flagged: "this model does not support … maximum context length"';
    expect(openai.failure(400, none, error(words)).kind).toBe('flagged');
    expect(openai.failure(400, none, error('maximum context length', { code: 'content_filter' })).kind).toBe('flagged');
    expect(
      openai.failure(400, none, error('not supported', { code: 'content_policy_violation', param: 'tools' })).kind,
    ).toBe('flagged');
    const blocked = 'Output blocked by content filtering policy: this model does not support it, prompt is too long';
    expect(anthropic.failure(400, none, anthropicError(blocked)).kind).toBe('flagged');
  });
});

describe('a 429 that one prompt alone causes', () => {
  const asked = (inputTokens: number, outputTokens = 16): RequestFacts => ({ arrivedAt: 0, inputTokens, outputTokens });
  const minute = "This request would exceed your organization's rate limit of 30,000 input tokens per minute (org: x).";
  const gemini = JSON.stringify([
    {
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        message:
          'You exceeded your current quota. * Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_input_token_count, limit: 250000, model: gemini',
        details: [
          { violations: [{ quotaMetric: 'generate_content_free_tier_input_token_count', quotaValue: '250000' }] },
        ],
      },
    },
  ]);

  it.each<[string, keyof typeof both, string, Record<string, string>, RequestFacts]>([
    ['Anthropic, in words', 'anthropic', anthropicError(minute, 'rate_limit_error'), {}, asked(40_000)],
    [
      'Anthropic, by its header',
      'anthropic',
      anthropicError('Too fast.', 'rate_limit_error'),
      { 'anthropic-ratelimit-input-tokens-limit': '30000' },
      asked(40_000),
    ],
    [
      'Anthropic, of output',
      'anthropic',
      anthropicError(minute.replace('30,000 input', '8,000 output'), 'rate_limit_error'),
      {},
      asked(10, 16_000),
    ],
    [
      'OpenAI',
      'openai',
      error('Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 45000.', {
        code: 'rate_limit_exceeded',
      }),
      {},
      asked(1),
    ],
    [
      'OpenAI, requested',
      'openai',
      error('Rate limit reached on tokens per min (TPM): Limit 30000, Used 12, Requested 45000.', {
        code: 'rate_limit_exceeded',
      }),
      {},
      asked(1),
    ],
    [
      'Azure, by its header',
      'openai',
      error('Requests have exceeded token rate limit. Please retry after 58 seconds.', { code: '429' }),
      { 'x-ratelimit-limit-tokens': '10000' },
      asked(12_000),
    ],
    ['Gemini', 'openai', gemini, {}, asked(300_000)],
    [
      'Mistral',
      'openai',
      JSON.stringify({ object: 'error', message: 'Rate limit exceeded' }),
      { 'ratelimitbysize-limit': '500000' },
      asked(600_000),
    ],
    ['another', 'openai', error('You are limited to 6,000 tokens per minute'), {}, asked(5_000, 4_096)],
  ])('%s: is too long, and one that fits is a rate limit', (_, format, body, headers, size) => {
    const header = told({ 'retry-after': '58', ...headers });
    expect(both[format].failure(429, header, body, size).kind).toBe('too_long');
    if (size.inputTokens === 1) return;
    expect(both[format].failure(429, header, body, asked(10)).kind).toBe('rate_limited');
    expect(both[format].failure(429, header, body)).toMatchObject({ kind: 'rate_limited', retryAfterMs: 58_000 });
  });

  it('is not one about requests per minute, about a prompt that fits, or about an empty account', () => {
    const header = told({ 'retry-after': '7', 'anthropic-ratelimit-input-tokens-limit': '2000000' });
    const requests = anthropicError(minute.replace('30,000 input tokens', '50 requests'), 'rate_limit_error');
    expect(anthropic.failure(429, header, requests, asked(900_000)).kind).toBe('rate_limited');
    expect(openai.failure(429, none, error('Limit 30000, Used 29000, Requested 2000'), asked(2_000)).kind).toBe(
      'rate_limited',
    );
    expect(openai.failure(429, none, error('x', { code: 'insufficient_quota' }), asked(9e9)).kind).toBe('no_money');
  });
});

describe('a wall’s 403', () => {
  const page = (text: string) => `<html><head><title>${text}</title></head></html>`;
  it.each<[string, string, Record<string, string>?]>([
    ['Cloudflare, in text', 'error code: 1010'],
    ['Cloudflare, firewall', 'error code: 1020'],
    ['Cloudflare, a page', `\n<!DOCTYPE html>${page('Attention Required! | Cloudflare')}`],
    ['Cloudflare, a challenge', '{"error":{"message":"x"}}', { 'cf-mitigated': 'challenge' }],
    [
      'Cloudflare, problem details',
      '{"type":"x","title":"Error 1010: Access denied","status":403,"error_code":1010,"cloudflare_error":true}',
    ],
    ['Akamai', `<HTML><HEAD>\n<TITLE>Access Denied</TITLE></HEAD><BODY>Reference #18.2d351ab8</BODY></HTML>`],
    ['CloudFront', page('ERROR: The request could not be satisfied')],
    ['nginx', page('403 Forbidden')],
    ['Envoy', 'RBAC: access denied'],
    ['a gateway of a cloud', '{"message":"Forbidden"}'],
    ['nothing', ''],
  ])('%s: is about this place', (_, body, headers = {}) => {
    for (const adapter of Object.values(both)) expect(adapter.failure(403, told(headers), body).kind).toBe('region');
  });

  it('is none where the provider speaks', () => {
    expect(openai.failure(403, none, error('No access', { code: 'missing_scope' })).kind).toBe('bad_key');
    expect(anthropic.failure(403, none, anthropicError('No access', 'permission_error')).kind).toBe('bad_key');
    expect(openai.failure(403, none, error('x', { code: 'content_policy_violation' })).kind).toBe('flagged');
  });
});

describe('an error told with status 200', () => {
  it.each<[object, string]>([
    [{ code: 401, msg: 'Invalid token', success: false }, 'bad_key'],
    [{ code: '401', message: 'no' }, 'bad_key'],
    [{ code: 402, msg: 'pay', data: null }, 'no_money'],
    [{ status: 429, message: 'slow down' }, 'rate_limited'],
    [{ statusCode: 403, message: 'no' }, 'bad_key'],
    [{ success: false, msg: 'Incorrect API key provided' }, 'bad_key'],
    [{ success: false, message: 'Insufficient balance' }, 'no_money'],
    [{ base_resp: { status_code: 1004, status_msg: 'login fail' } }, 'bad_key'],
    [{ base_resp: { status_code: 1008, status_msg: 'insufficient balance' }, choices: null }, 'no_money'],
    [{ error_code: 500, error_msg: 'oops' }, 'server_error'],
    [{ success: false, code: 20012, msg: 'something else' }, 'malformed'],
    [{ answer: 'hello' }, 'malformed'],
  ])('%j is %s', (body, kind) => {
    for (const adapter of Object.values(both)) {
      const reply = adapter.reply(JSON.stringify(body), chat(), 0);
      expect(reply).toMatchObject({ ok: false, failure: { kind, status: 200 } });
      const costsNothing = ['bad_key', 'no_money', 'rate_limited'].includes(kind);
      if (costsNothing) expect(reply).toMatchObject({ failure: { mayBeBilled: false } });
    }
  });

  it('is read as an event of a stream too, before content', () => {
    const data = '{"code":401,"msg":"Invalid token","success":false}';
    for (const adapter of Object.values(both)) {
      const steps = adapter.stream(chat({ stream: true }), 0).event(undefined, data);
      expect(steps).toMatchObject([{ kind: 'failure', failure: { kind: 'bad_key', mayBeBilled: false } }]);
      const other = adapter
        .stream(chat({ stream: true }), 0)
        .event(undefined, '{"status":"ok","message":"no quota line"}');
      expect(other.filter(({ kind }) => kind === 'failure')).toEqual([]);
    }
  });

  it('is none where there is an answer', () => {
    const message = { role: 'assistant', content: 'hi' };
    const answer = { code: 401, success: false, choices: [{ index: 0, message, finish_reason: 'stop' }] };
    expect(openai.reply(JSON.stringify(answer), chat(), 0).ok).toBe(true);
  });
});

it('499 is the gateway’s, not the caller’s', () => {
  for (const adapter of Object.values(both)) expect(adapter.failure(499, none, '').kind).toBe('server_error');
});
