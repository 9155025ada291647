import type { ChatMessage, ContentPart } from '../../protocol/chat.ts';
import type { FieldNames } from '../../protocol/field-names.ts';
import { parseArguments } from '../../protocol/parse-body.ts';
import { asFunctionCall } from './openai-messages.ts';

export type Block = { type: string; [field: string]: unknown };

export interface Turn {
  role: 'user' | 'assistant';
  content: Block[];
}

/**
 * OpenAI's list of messages as Anthropic's system prompt and turns. System and developer messages all move to the front, in
 * order, as Anthropic's own compatibility layer does; neighbours of one role become one turn; tool results are a user's.
 */
export function anthropicMessages(
  messages: ChatMessage[],
  instruction: string | undefined,
  prefill: boolean,
  dropped: FieldNames,
) {
  const system: Block[] = [];
  const open: OpenTurn[] = [];
  for (const message of messages) {
    switch (message.role) {
      case 'system':
      case 'developer':
        addAll(system, contentBlocks(message.content, dropped));
        break;
      case 'assistant':
        append(open, 'assistant', assistantBlocks(message, dropped));
        break;
      case 'tool':
        append(open, 'user', [toolResult(message, dropped)], true);
        break;
      default:
        append(open, 'user', contentBlocks(message.content, dropped));
    }
    if (message.name !== undefined) dropped.add('messages[].name');
  }
  const turns = open.map(({ role, results, others }): Turn => ({ role, content: [...results, ...others] }));
  endOf(turns, prefill);
  if (instruction !== undefined) system.push({ type: 'text', text: instruction });
  // A conversation of nothing but instructions is legal at OpenAI; Anthropic wants a user's turn.
  return turns.length === 0 && system.length > 0
    ? { system: [], messages: [{ role: 'user' as const, content: system }] }
    : { system, messages: turns };
}

/** A turn while messages are still added to it: tool results must come before everything else, so they are kept apart. */
interface OpenTurn {
  role: Turn['role'];
  results: Block[];
  others: Block[];
}

/** Adds to the last turn when it is of the same role. */
function append(turns: OpenTurn[], role: Turn['role'], blocks: Block[], areResults = false): void {
  if (blocks.length === 0) return;
  let last = turns.at(-1);
  if (last?.role !== role) {
    last = { role, results: [], others: [] };
    turns.push(last);
  }
  addAll(areResults ? last.results : last.others, blocks);
}

/** Without spreading: a hundred thousand arguments are more than a call takes. */
function addAll(blocks: Block[], more: readonly Block[]): void {
  for (const block of more) blocks.push(block);
}

function assistantBlocks(message: ChatMessage, dropped: FieldNames): Block[] {
  const blocks = contentBlocks(message.content, dropped);
  if (message.refusal && !isBlank(message.refusal)) blocks.push({ type: 'text', text: message.refusal });
  for (const call of message.tool_calls ?? []) {
    const { id, function: called } = asFunctionCall(call);
    blocks.push({ type: 'tool_use', id: toolId(id), name: called.name, input: toolInput(called.arguments) });
  }
  return blocks;
}

/** A tool's input has to be an object; what a model wrote may be anything. */
function toolInput(text: string): Record<string, unknown> {
  try {
    const input: unknown = parseArguments(text === '' ? '{}' : text);
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  } catch {
    // not JSON: handed on as text below
  }
  return { arguments: text };
}

/** Anthropic takes letters, digits, `_` and `-`; other providers' ids have more (`functions.search:0`). */
const toolId = (id: string): string => id.replace(/[^\w-]/g, '_');

function toolResult(message: ChatMessage, dropped: FieldNames): Block {
  const content = contentBlocks(message.content, dropped);
  const result: Block = { type: 'tool_result', tool_use_id: toolId(message.tool_call_id ?? '') };
  if (content.length > 0) result.content = content;
  return result;
}

const isBlank = (text: string): boolean => text.trim() === '';

/** Blank text is left out: Anthropic refuses it. */
function contentBlocks(content: string | ContentPart[] | null | undefined, dropped: FieldNames): Block[] {
  if (typeof content === 'string') return isBlank(content) ? [] : [{ type: 'text', text: content }];
  const blocks: Block[] = [];
  for (const part of content ?? []) {
    const block = contentBlock(part);
    if (block) blocks.push(block);
    else if (part.type !== 'text' && part.type !== 'refusal') {
      dropped.add(`messages[].content[].${part.type}`);
    }
  }
  return blocks;
}

function contentBlock(part: ContentPart): Block | undefined {
  switch (part.type) {
    case 'text':
      return isBlank(part.text) ? undefined : { type: 'text', text: part.text };
    case 'refusal':
      return isBlank(part.refusal) ? undefined : { type: 'text', text: part.refusal };
    case 'image_url':
      return imageBlock(part.image_url.url);
    default:
      return undefined;
  }
}

/** A data URL that is not base64 has no form there. */
function imageBlock(url: string): Block | undefined {
  if (!/^data:/i.test(url)) return { type: 'image', source: { type: 'url', url } };
  const comma = url.indexOf(',');
  const [type = '', ...parameters] = url.slice(5, comma).toLowerCase().split(';');
  if (!parameters.includes('base64')) return undefined;
  const media_type = type === 'image/jpg' ? 'image/jpeg' : type;
  return { type: 'image', source: { type: 'base64', media_type, data: url.slice(comma + 1) } };
}

/**
 * A last turn of the assistant's is continued by older models, and must not end in white space; newer ones refuse it (Claude 4.6
 * and later), so they are asked in a turn of the user's.
 */
function endOf(turns: Turn[], prefill: boolean): void {
  const last = turns.at(-1);
  if (last?.role !== 'assistant') return;
  if (!prefill) turns.push({ role: 'user', content: [{ type: 'text', text: 'Continue.' }] });
  const block = last.content.at(-1);
  if (prefill && block?.type === 'text') block.text = String(block.text).trimEnd();
}
