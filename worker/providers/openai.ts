import type { Adapter } from './adapter.ts';
import { openaiFailure } from './openai-failure.ts';
import { openaiReply } from './openai-reply.ts';
import { openaiRequest } from './openai-request.ts';
import { OpenAiStream } from './openai-stream.ts';

/** Chat Completions as OpenAI publishes it, and the many APIs compatible with it; how they differ is in their quirks. */
export const openai: Adapter = {
  request: openaiRequest,
  reply: openaiReply,
  stream: (chat) => new OpenAiStream(chat.n ?? 1),
  failure: openaiFailure,
};
