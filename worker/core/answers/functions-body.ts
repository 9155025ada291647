import { isObject, type Json } from '../../../protocol/json.ts';
import { parseJson } from '../../../protocol/written-number.ts';

/**
 * Gives clients that send `functions` (protocol/parse-legacy.ts) answers of the same kind, with `function_call` in place of
 * `tool_calls`. Numbers keep the digits they came with.
 */
export const functionsWriter = {
  reply: (completion: string): string => rewritten(completion, 'message'),
  chunk: (chunk: string): string => rewritten(chunk, 'delta'),
};

function rewritten(text: string, field: 'message' | 'delta'): string {
  try {
    const answer = parseJson(text) as { choices: Json[] };
    for (const choice of answer.choices) toFunctionCall(choice, isObject(choice[field]) ? choice[field] : {});
    return JSON.stringify(answer);
  } catch (error) {
    // A field of the provider's own is nested too deeply to be written again. Tool calls are better than no answer.
    if (error instanceof RangeError) return text;
    throw error;
  }
}

/** An answer has at most one call, because the request forbade parallel calls. If more come anyway, only the first is kept. */
function toFunctionCall(choice: Json, message: Json): void {
  if (choice.finish_reason === 'tool_calls') choice.finish_reason = 'function_call';
  const calls = message.tool_calls;
  if (!Array.isArray(calls)) return;
  delete message.tool_calls;
  const first: unknown = calls[0];
  if (isObject(first) && isObject(first.function) && !(typeof first.index === 'number' && first.index > 0)) {
    const { name, arguments: text } = first.function;
    message.function_call = name === undefined ? { arguments: text } : { name, arguments: text };
  }
}
