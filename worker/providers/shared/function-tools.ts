import type { CustomToolCall, Tool, ToolCall, ToolChoice } from '../../../protocol/chat.ts';
import type { FieldNames } from '../../../protocol/field-names.ts';

/** The tools without custom ones, which only OpenAI knows. Custom tools are named as dropped. */
export function onlyFunctions(tools: Tool[] | undefined, dropped: FieldNames): Tool[] | undefined {
  if (!tools?.some((tool) => tool.type === 'custom')) return tools;
  dropped.add('tools[].custom');
  return tools.filter((tool) => tool.type === 'function');
}

/** Replaces `allowed_tools` for providers that do not have it: offers only the allowed tools, and makes the mode the choice. */
export function onlyAllowedTools(tools: Tool[] | undefined, choice: ToolChoice | undefined) {
  if (typeof choice !== 'object') return { tools, choice };
  if (choice.type === 'custom') return { tools, choice: undefined };
  if (choice.type === 'function') return { tools, choice };
  const names = new Set(choice.allowed_tools.tools.map((tool) => (tool.function as { name?: unknown } | null)?.name));
  const allowed = tools?.filter((tool) => tool.type === 'function' && names.has(tool.function.name));
  return { tools: allowed, choice: choice.allowed_tools.mode };
}

/** Turns a call of a custom tool into a call of a function with one string, for providers that know only functions. */
export function asFunctionCall(call: ToolCall | CustomToolCall): ToolCall {
  if (call.type === 'function') return call;
  const { name, input } = call.custom;
  return { id: call.id, type: 'function', function: { name, arguments: JSON.stringify({ input }) } };
}
