import type { ChatRequest, Tool, ToolChoice } from '../../../protocol/chat.ts';
import type { FieldNames } from '../../../protocol/field-names.ts';
import type { Quirks } from '../../core/config/quirks.ts';

interface OutgoingTools {
  tools: Tool[] | undefined;
  choice: ToolChoice | undefined;
  parallel: boolean | undefined;
}

/** Tools and what goes with them; a choice without tools is left out, because providers refuse it. */
export function openaiTools(chat: ChatRequest, quirks: Quirks, dropped: FieldNames): OutgoingTools {
  let tools = chat.tools;
  let choice = chat.tool_choice;
  if (!quirks.customTools) {
    tools = onlyFunctions(tools, dropped);
    const narrowed = narrow(tools, choice);
    tools = narrowed.tools;
    choice = narrowed.choice;
  }
  if (tools === undefined || tools.length === 0) {
    if (chat.tool_choice !== undefined && chat.tool_choice !== 'none') dropped.add('tool_choice');
    return { tools: undefined, choice: undefined, parallel: undefined };
  }
  if (choice === undefined && chat.tool_choice !== undefined) dropped.add('tool_choice');
  return { tools, choice, parallel: chat.parallel_tool_calls };
}

/** Custom tools are OpenAI's alone: left out and named elsewhere. */
export function onlyFunctions(tools: Tool[] | undefined, dropped: FieldNames): Tool[] | undefined {
  if (!tools?.some((tool) => tool.type === 'custom')) return tools;
  dropped.add('tools[].custom');
  return tools.filter((tool) => tool.type === 'function');
}

/** For providers without `allowed_tools`: only the allowed tools are offered, and the mode becomes the choice. */
export function narrow(tools: Tool[] | undefined, choice: ToolChoice | undefined) {
  if (typeof choice !== 'object') return { tools, choice };
  if (choice.type === 'custom') return { tools, choice: undefined };
  if (choice.type === 'function') return { tools, choice };
  const names = new Set(choice.allowed_tools.tools.map((tool) => (tool.function as { name?: unknown } | null)?.name));
  const allowed = tools?.filter((tool) => tool.type === 'function' && names.has(tool.function.name));
  return { tools: allowed, choice: choice.allowed_tools.mode };
}
