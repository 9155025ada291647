import type { ChatRequest, Tool, ToolChoice } from '../../../protocol/chat.ts';
import type { FieldNames } from '../../../protocol/field-names.ts';
import type { Quirks } from '../../core/config/quirks.ts';
import { onlyAllowedTools, onlyFunctions } from '../shared/function-tools.ts';

interface OutgoingTools {
  tools: Tool[] | undefined;
  choice: ToolChoice | undefined;
  parallel: boolean | undefined;
}

/** Tools and their settings. A choice without tools is left out, because providers refuse it. */
export function openaiTools(chat: ChatRequest, quirks: Quirks, dropped: FieldNames): OutgoingTools {
  let tools = chat.tools;
  let choice = chat.tool_choice;
  if (!quirks.customTools) {
    tools = onlyFunctions(tools, dropped);
    const narrowed = onlyAllowedTools(tools, choice);
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
