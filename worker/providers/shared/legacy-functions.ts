import { isObject, type Json } from '../../../protocol/json.ts';
import { parseJson } from '../../../protocol/written-number.ts';
import type { Adapter, Reply } from '../adapter.ts';
import { jsonText } from './json-text.ts';
import { malformed } from './provider-error.ts';
import { RewrittenStream } from './rewritten-stream.ts';

const TOO_DEEP = 'The answer is nested too deeply.';

/** Gives clients that speak of `functions` (see `protocol/parse-legacy.ts`) their answers in the same words. */
export function withLegacyFunctions(adapter: Adapter): Adapter {
  return {
    request: adapter.request,
    failure: adapter.failure,
    reply: (text, chat, nowMs) => {
      const reply = adapter.reply(text, chat, nowMs);
      return chat.legacyFunctions && reply.ok ? legacyReply(reply) : reply;
    },
    stream: (chat, nowMs) => {
      const stream = adapter.stream(chat, nowMs);
      return chat.legacyFunctions ? new RewrittenStream(stream, legacyChunk) : stream;
    },
  };
}

function legacyReply(reply: Extract<Reply, { ok: true }>): Reply {
  const completion = parseJson(reply.body) as { choices: Json[] };
  for (const choice of completion.choices) toLegacy(choice, choice.message as Json);
  const body = jsonText(completion);
  return body === undefined ? { ok: false, failure: malformed(TOO_DEEP) } : { ...reply, body };
}

function legacyChunk(data: string): string | undefined {
  const chunk = parseJson(data) as { choices: Json[] };
  for (const choice of chunk.choices) toLegacy(choice, isObject(choice.delta) ? choice.delta : {});
  return jsonText(chunk);
}

/** There is one function call at most: the request forbade parallel ones. */
function toLegacy(choice: Json, said: Json): void {
  if (choice.finish_reason === 'tool_calls') choice.finish_reason = 'function_call';
  const calls = said.tool_calls;
  if (!Array.isArray(calls)) return;
  delete said.tool_calls;
  const first: unknown = calls[0];
  if (isObject(first) && isObject(first.function) && !(typeof first.index === 'number' && first.index > 0)) {
    const { name, arguments: text } = first.function;
    said.function_call = name === undefined ? { arguments: text } : { name, arguments: text };
  }
}
