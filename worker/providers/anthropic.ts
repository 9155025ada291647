import type { Adapter } from './adapter.ts';
import { anthropicFailure } from './anthropic-failure.ts';
import { anthropicReply } from './anthropic-reply.ts';
import { anthropicRequest } from './anthropic-request.ts';
import { AnthropicStream } from './anthropic-stream.ts';

/** Anthropic's Messages API (types of anthropic-sdk-typescript 1.12, November 2026). */
export const anthropic: Adapter = {
  request: anthropicRequest,
  reply: anthropicReply,
  stream: (_chat, nowMs) => new AnthropicStream(nowMs),
  failure: anthropicFailure,
};
