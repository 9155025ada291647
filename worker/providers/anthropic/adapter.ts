import type { Adapter } from '../adapter.ts';
import { withReportedUsage } from '../shared/usage-in-text.ts';
import { anthropicFailure } from './failure.ts';
import { anthropicReply } from './reply.ts';
import { anthropicRequest } from './request.ts';
import { AnthropicStream } from './stream.ts';

/** Anthropic's Messages API (types of anthropic-sdk-typescript 1.12, November 2026). */
export const anthropic: Adapter = {
  request: anthropicRequest,
  reply: (text, chat, nowMs) => withReportedUsage(anthropicReply(text, chat, nowMs), text),
  stream: (_chat, nowMs) => new AnthropicStream(nowMs),
  failure: anthropicFailure,
};
