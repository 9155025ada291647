import { ok, type Result, refused } from '../../protocol/result.ts';
import type { Ask, AskedToolChoice, OfferedTool } from '../ask.ts';
import { asArray, asObject, asString, isObject, type Json } from '../json.ts';
import { jsonAskedInWords } from '../json-in-words.ts';
import type { Refusal } from '../wire.ts';
import { invalid } from './errors.ts';
import { checkBodyFields } from './fields.ts';
import { type ReadMessages, readMessages, textOf } from './messages.ts';

export function parseAnthropic(body: Json): Result<Ask, Refusal> {
  const refusal = checkBodyFields(body);
  if (refusal !== undefined) return refused(refusal);
  if (asArray(body.system).some((block) => asObject(block).text === ''))
    return refused(invalid('system: text content blocks must be non-empty'));
  const read = readMessages(body.messages);
  if (!read.ok) return read;
  const messages = read.value;
  const tools = readTools(body.tools);
  if (!tools.ok) return tools;
  const choice = asObject(body.tool_choice);
  const toolChoice = readToolChoice(choice, tools.value);
  if (!toolChoice.ok) return toolChoice;
  const format = asObject(asObject(body.output_config).format);
  const prompt = readPrompt(body, messages);
  if (!prompt.ok) return prompt;
  return ok({
    model: asString(body.model),
    stream: body.stream === true,
    lastUserText: messages.lastUserText,
    ...prompt.value,
    imageCount: messages.imageCount,
    toolResult: messages.toolResult,
    maxTokens: Number(body.max_tokens),
    stop: asArray(body.stop_sequences).map(asString),
    choiceCount: 1,
    tools: tools.value,
    toolChoice: toolChoice.value,
    parallelTools: choice.disable_parallel_tool_use !== true,
    json: format.type === 'json_schema' ? { schema: asObject(format.schema) } : jsonAskedInWords(textOf(body.system)),
    reasoning: readThinking(asObject(body.thinking)),
    body,
  });
}

const MOST_MARKS = 4;

/** Reads what is charged as input, in Anthropic's order, and where `cache_control` is set. */
function readPrompt(
  { tools, output_config: config, system, cache_control: whole }: Json,
  messages: ReadMessages,
): Result<Pick<Ask, 'promptText' | 'cacheable'>, Refusal> {
  const texts: string[] = [];
  const cacheable: string[] = [];
  const add = (text: string, mark: unknown): void => {
    if (text !== '') texts.push(text);
    if (isObject(mark)) cacheable.push(texts.join('\n'));
  };
  for (const { cache_control: mark, ...tool } of asArray(tools).map(asObject)) add(JSON.stringify(tool), mark);
  if (config !== undefined) add(JSON.stringify(config), undefined);
  if (typeof system === 'string') add(system, undefined);
  for (const block of asArray(system).map(asObject)) add(textOf([block]), block.cache_control);
  for (const { text, mark } of messages.blocks) add(text, mark);
  const promptText = texts.join('\n');
  if (isObject(whole)) cacheable.push(promptText);
  if (cacheable.length > MOST_MARKS)
    return refused(invalid(`A maximum of 4 blocks with cache_control may be provided. Found ${cacheable.length}.`));
  return ok({ promptText, cacheable });
}

function readThinking(thinking: Json): Ask['reasoning'] {
  if (thinking.type !== 'enabled' && thinking.type !== 'adaptive') return 'none';
  return thinking.display === 'omitted' ? 'hidden' : 'shown';
}

function readTools(tools: unknown): Result<OfferedTool[], Refusal> {
  const read: OfferedTool[] = [];
  for (const [index, tool] of asArray(tools).map(asObject).entries()) {
    const name = asString(tool.name);
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name))
      return refused(invalid(`tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`));
    if (asObject(tool.input_schema).type !== 'object')
      return refused(invalid(`tools.${index}.custom.input_schema.type: Field required`));
    const known = [
      'type',
      'name',
      'description',
      'input_schema',
      'cache_control',
      'strict',
      'defer_loading',
      'allowed_callers',
      'input_examples',
      'eager_input_streaming',
    ];
    const unknown = Object.keys(tool).find((field) => !known.includes(field));
    if (unknown !== undefined)
      return refused(invalid(`tools.${index}.custom.${unknown}: Extra inputs are not permitted`));
    read.push({ name, schema: asObject(tool.input_schema), custom: false });
  }
  return ok(read);
}

function readToolChoice(choice: Json, tools: OfferedTool[]): Result<AskedToolChoice, Refusal> {
  switch (choice.type) {
    case undefined:
    case 'auto':
      return ok('auto');
    case 'none':
      return ok('none');
    case 'any':
      return tools.length > 0
        ? ok('required')
        : refused(invalid('tool_choice: Tool choice `any` requires at least one tool'));
    case 'tool': {
      const name = asString(choice.name);
      return tools.some((tool) => tool.name === name)
        ? ok({ name })
        : refused(invalid(`Tool '${name}' not found in provided tools`));
    }
    default:
      return refused(
        invalid(
          `tool_choice: Input tag '${String(choice.type)}' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'`,
        ),
      );
  }
}
