import type { Adapter } from './adapter.ts';
import { anthropicFailure } from './anthropic-failure.ts';
import { anthropicReply } from './anthropic-reply.ts';
import { anthropicRequest } from './anthropic-request.ts';
import { AnthropicStream } from './anthropic-stream.ts';
import { withToldUsage } from './usage-in-text.ts';

/** Anthropic's Messages API (types of anthropic-sdk-typescript 1.12, November 2026). */
export const anthropic: Adapter = {
  request: anthropicRequest,
  reply: (text, chat, nowMs) => withToldUsage(anthropicReply(text, chat, nowMs), text),
  stream: (_chat, nowMs) => new AnthropicStream(nowMs),
  failure: anthropicFailure,
};
