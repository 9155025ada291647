import { isObject, type Json } from '../../../protocol/json.ts';
import { parseJson } from '../../../protocol/written-number.ts';

/**
 * Gives clients that send `functions` (protocol/parse-legacy.ts) their answers in the same words: `function_call` in place of
 * `tool_calls`. Numbers keep the digits they came with.
 */
export const functionsWriter = {
  reply: (completion: string): string => rewritten(completion, 'message'),
  chunk: (chunk: string): string => rewritten(chunk, 'delta'),
};

function rewritten(text: string, said: 'message' | 'delta'): string {
  try {
    const answer = parseJson(text) as { choices: Json[] };
    for (const choice of answer.choices) toFunctionCall(choice, isObject(choice[said]) ? choice[said] : {});
    return JSON.stringify(answer);
  } catch (error) {
    // A provider's own field is nested too deeply to be written again: better tool calls than no answer.
    if (error instanceof RangeError) return text;
    throw error;
  }
}

/** There is at most one call: the request forbade parallel ones, and of any others only the first is kept. */
function toFunctionCall(choice: Json, said: Json): void {
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
