import type { Adapter } from '../adapter.ts';
import { namesCall } from '../shared/finish-reasons.ts';
import { withReportedUsage } from '../shared/usage-in-text.ts';
import { openaiFailure } from './failure.ts';
import { openaiReply } from './reply.ts';
import { openaiRequest } from './request.ts';
import { OpenAiStream } from './stream.ts';

/** Chat Completions as OpenAI publishes it, and the many compatible APIs. Their differences are in `quirks`. */
export const openai: Adapter = {
  request: openaiRequest,
  reply: (text, chat, nowMs) => withReportedUsage(openaiReply(text, chat, nowMs), text),
  stream: (chat) => new OpenAiStream(chat.n ?? 1, namesCall(chat)),
  failure: openaiFailure,
};
