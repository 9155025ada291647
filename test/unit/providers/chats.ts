import type { ChatRequest } from '../../../protocol/chat.ts';
import { parseChat } from '../../../protocol/parse-chat.ts';
import type { Quirks } from '../../../worker/core/config/quirks.ts';
import type { Outgoing, StreamTranslator, Target } from '../../../worker/providers/adapter.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';

/** A body that has passed `parseChat`; what the test leaves out is filled in. */
export function chat(body: Record<string, unknown> = {}): ChatRequest {
  const parsed = parseChat({ model: 'app/chat', messages: [{ role: 'user', content: 'Hello' }], ...body });
  if (!parsed.ok) throw new Error(`${parsed.param}: ${parsed.message}`);
  return parsed.chat;
}

export function target(quirks: Quirks = {}, changes: Partial<Target> = {}): Target {
  return {
    model: 'some-model',
    apiBase: 'https://provider.example/v1',
    apiKey: 'provider-key',
    quirks,
    allowParams: [],
    defaultMaxOutputTokens: 4096,
    ...changes,
  };
}

export const bodyOf = (outgoing: Outgoing): Record<string, unknown> =>
  JSON.parse(outgoing.body) as Record<string, unknown>;

/** A stream in OpenAI's format behind its opening chunk, which says the role. */
export function begunStream(request: ChatRequest): StreamTranslator {
  const stream = openai.stream(request, 0);
  const choices = [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }];
  stream.event(undefined, JSON.stringify({ id: 'a', model: 'm', choices }));
  return stream;
}
