import type { Adapter } from './adapter.ts';
import { openaiFailure } from './openai-failure.ts';
import { openaiReply } from './openai-reply.ts';
import { openaiRequest } from './openai-request.ts';
import { OpenAiStream } from './openai-stream.ts';
import { withToldUsage } from './usage-in-text.ts';

/** Chat Completions as OpenAI publishes it, and the many APIs compatible with it; how they differ is in their quirks. */
export const openai: Adapter = {
  request: openaiRequest,
  reply: (text, chat, nowMs) => withToldUsage(openaiReply(text, chat, nowMs), text),
  stream: (chat) => new OpenAiStream(chat.n ?? 1),
  failure: openaiFailure,
};
