import type { ChatRequest, FunctionTool, Tool, ToolChoice } from '../../../protocol/chat.ts';
import type { FieldNames } from '../../../protocol/field-names.ts';
import { onlyAllowedTools, onlyFunctions } from '../shared/function-tools.ts';
import type { Turn } from './messages.ts';
import type { ModelTraits } from './models.ts';

type Body = Record<string, unknown>;

/** `tools` and `tool_choice`. If the model cannot be forced to call a tool, the choice is left out and named as dropped. */
export function anthropicTools(chat: ChatRequest, turns: Turn[], traits: ModelTraits, dropped: FieldNames): Body {
  let { tools, choice } = onlyAllowedTools(onlyFunctions(chat.tools, dropped), chat.tool_choice);
  if (tools === undefined || tools.length === 0) {
    if (chat.tool_choice !== undefined && chat.tool_choice !== 'none') dropped.add('tool_choice');
    return toolsOfHistory(turns);
  }
  if (tools.some((tool) => tool.type === 'function' && tool.function.strict)) dropped.add('tools[].function.strict');
  if (!traits.forcedTools && choice !== 'none' && choice !== 'auto') choice = undefined;
  if (choice === undefined && chat.tool_choice !== undefined) dropped.add('tool_choice');
  const tool_choice = toolChoice(choice, chat.parallel_tool_calls);
  const body: Body = { tools: tools.map(toolDefinition) };
  if (tool_choice) body.tool_choice = tool_choice;
  return body;
}

function toolDefinition(tool: Tool): Body {
  const { name, description, parameters } = (tool as FunctionTool).function;
  const input_schema = parameters ? { type: 'object', ...parameters } : { type: 'object', properties: {} };
  return description === undefined ? { name, input_schema } : { name, description, input_schema };
}

function toolChoice(choice: ToolChoice | undefined, parallel: boolean | undefined): Body | undefined {
  if (choice === 'none') return { type: 'none' };
  const one = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (choice === 'required') return { type: 'any', ...one };
  if (typeof choice === 'object' && choice.type === 'function') {
    return { type: 'tool', name: choice.function.name, ...one };
  }
  if (choice === 'auto' || parallel === false) return { type: 'auto', ...one };
  return undefined;
}

/** Anthropic needs the definition of every tool that the history calls, even if the client no longer sends it. */
function toolsOfHistory(turns: Turn[]): Body {
  const names = new Set<unknown>();
  for (const { content } of turns) for (const block of content) if (block.type === 'tool_use') names.add(block.name);
  if (names.size === 0) return {};
  const tools = [...names].map((name) => ({ name, input_schema: { type: 'object', properties: {} } }));
  return { tools, tool_choice: { type: 'none' } };
}
