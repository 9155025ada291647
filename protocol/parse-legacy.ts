import type { ChatMessage, ChatRequest, FunctionTool, ToolCall } from './chat.ts';
import type { FieldNames } from './field-names.ts';
import { isObject } from './json.ts';
import { expectedProblem, Problem } from './parse-problem.ts';
import { parseTools } from './parse-tools.ts';

/**
 * Turns `functions` and `function_call`, which OpenAI replaced by tools in 2023, into tools, so that no later code has to know them.
 * The answer is turned back on its way out (worker/core/answers/functions-body.ts). If `tools` are given too, they stay in `rest`.
 */
export function readLegacyFunctions(chat: ChatRequest, stripped: FieldNames): Problem | undefined {
  const { functions, function_call: call } = chat.rest;
  if (functions === undefined || chat.tools !== undefined) return undefined;
  const wrapped = (functions as unknown[]).map((definition) => ({ type: 'function', function: definition }));
  const tools = parseTools(wrapped, stripped);
  if (tools instanceof Problem) {
    return new Problem(tools.param.replace(/^tools(\[\d+\])\.function/, 'functions$1'), tools.message);
  }
  const choice = call === undefined ? undefined : legacyChoice(call);
  if (choice instanceof Problem) return choice;
  delete chat.rest.functions;
  delete chat.rest.function_call;
  if (tools.length === 0) return undefined;
  chat.tools = tools as FunctionTool[];
  chat.legacyFunctions = true;
  chat.parallel_tool_calls = false;
  if (choice !== undefined) chat.tool_choice = choice;
  return undefined;
}

function legacyChoice(call: unknown): ChatRequest['tool_choice'] | Problem {
  if (call === 'none' || call === 'auto') return call;
  if (isObject(call) && typeof call.name === 'string') return { type: 'function', function: { name: call.name } };
  return expectedProblem('function_call', '"none", "auto" or an object with a "name"', call);
}

/** A message that may call a function in the old way. */
type LegacyMessage = ChatMessage & { function_call?: ToolCall['function'] };

/** The id that connects a legacy call with its result. It is made from the call's position in the conversation. */
const legacyId = (index: number): string => `call_legacy_${index}`;

/** Turns legacy messages into tool calls and tool results. Returns the same array if there are none. Types have already been checked. */
export function withoutLegacyMessages(messages: LegacyMessage[]): ChatMessage[] {
  if (!messages.some((message) => message.role === 'function' || message.function_call !== undefined)) return messages;
  let lastCall = 0;
  return messages.map((message, index) => {
    if (message.role === 'function') {
      return { role: 'tool', content: message.content ?? '', tool_call_id: legacyId(lastCall) };
    }
    const { function_call: call, ...rest } = message;
    if (call === undefined || rest.tool_calls) return rest;
    lastCall = index;
    const { name, arguments: text } = call;
    const tool_calls: ToolCall[] = [{ id: legacyId(index), type: 'function', function: { name, arguments: text } }];
    return { ...rest, tool_calls };
  });
}
