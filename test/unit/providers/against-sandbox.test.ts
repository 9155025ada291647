import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../protocol/chat.ts';
import type { ProviderName } from '../../../sandbox/ask.ts';
import { STATUS_FAULTS } from '../../../sandbox/faults.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { startSandbox } from '../../../sandbox/start.ts';
import type { FailureKind } from '../../../worker/core/routing/failure.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { PRESETS } from '../../../worker/providers/presets.ts';
import { play } from './accumulate.ts';
import { legalBody } from './arbitraries.ts';
import { chat, target } from './chats.ts';
import { parseEvents } from './fixtures.ts';

/** The sandbox was written from the same published formats by another hand: where the two disagree, one of them is wrong. */
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ pace: 'fast' });
});
afterAll(() => sandbox.close());

const MODELS = {
  openai: ['gpt-5.6-terra'],
  anthropic: ['claude-haiku-4-5', 'claude-sonnet-4-6', 'claude-sonnet-5', 'claude-opus-5-5', 'some-model'],
};

async function ask(format: ProviderName, request: ChatRequest, model: string) {
  const quirks = PRESETS[format]?.quirks ?? {};
  const outgoing = adapterFor(format).request(request, target(quirks, { model, apiBase: sandbox[format].url }));
  const { url, headers, body } = outgoing;
  const response = await fetch(url, { method: 'POST', headers, body });
  return { response, text: await response.text(), body };
}

describe.each(['openai', 'anthropic'] as const)('%s', (format) => {
  const adapter = adapterFor(format);
  afterEach(() => sandbox.setFault(format, null));

  it('answers every legal body, whole and streamed', async () => {
    await fc.assert(
      fc.asyncProperty(legalBody, fc.constantFrom(...MODELS[format]), async (body, model) => {
        const logprobs = 'top_logprobs' in body ? { logprobs: true } : {};
        const messages = [...body.messages, { role: 'user', content: 'Hello, in JSON if you like' }];
        const request = chat({ ...body, ...logprobs, messages, max_completion_tokens: 40 });
        const { response, text } = await ask(format, request, model);
        expect(response.status === 200 ? '' : text).toBe('');
        if (!request.stream) {
          expect(adapter.reply(text, request, 0)).toMatchObject({
            ok: true,
            usage: { inputTokens: expect.any(Number) },
          });
          return;
        }
        const stream = adapter.stream(request, 0);
        expect(play(stream, parseEvents(text))).toMatchObject({ failure: undefined, done: true });
        expect(stream.complete && stream.usage).toBeTruthy();
      }),
      { numRuns: 60 },
    );
  });

  const kinds: Partial<Record<string, FailureKind>> = {
    '400': 'bad_request',
    '400-too-long': 'too_long',
    '400-flagged': 'flagged',
    '401': 'bad_key',
    '402': 'no_money',
    '403': 'bad_key',
    '403-flagged': 'flagged',
    '403-region': 'region',
    '404': 'no_model',
    '413': 'too_long',
    '422': 'bad_request',
    '429': 'rate_limited',
    '429-retry-after': 'rate_limited',
    '429-no-money': 'no_money',
  };
  it.each(STATUS_FAULTS)('blames rightly for %s', async (fault) => {
    await sandbox.setFault(format, fault);
    const { response, text } = await ask(format, chat(), MODELS[format][0] ?? '');
    const failure = adapter.failure(response.status, (name) => response.headers.get(name), text);
    expect(failure.kind).toBe(kinds[fault] ?? 'server_error');
    expect(failure.retryAfterMs).toBe(fault === '429-retry-after' ? 2000 : undefined);
  });
});
