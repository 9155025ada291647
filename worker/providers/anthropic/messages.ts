import type { ChatMessage } from '../../../protocol/chat.ts';
import type { FieldNames } from '../../../protocol/field-names.ts';
import { parseArguments } from '../../../protocol/parse-body.ts';
import { isTooDeep } from '../../../protocol/parse-problem.ts';
import type { Unsendable } from '../adapter.ts';
import { CallIds } from '../shared/call-ids.ts';
import { emptyMessageProblem } from '../shared/empty-message.ts';
import { asFunctionCall } from '../shared/function-tools.ts';
import { type Block, contentBlocks, hasContent, isBlank } from './parts.ts';

/** One turn of Anthropic's conversation. */
export interface Turn {
  role: 'user' | 'assistant';
  content: Block[];
}

/**
 * Turns OpenAI's messages into Anthropic's system prompt and turns. All system and developer messages move to the front, in order, as
 * in Anthropic's own compatibility layer. Neighbours of one role become one turn, and tool results belong to the user.
 */
export function anthropicMessages(
  messages: ChatMessage[],
  instruction: string | undefined,
  prefill: boolean,
  dropped: FieldNames,
): AnthropicMessages {
  const system: Block[] = [];
  const open: OpenTurn[] = [];
  const ids = new CallIds();
  let unsendable: Unsendable | undefined;
  for (const [index, message] of messages.entries()) {
    const { role, content, name } = message;
    const blocks = role === 'assistant' ? assistantBlocks(message, ids, dropped) : contentBlocks(content, dropped);
    if (blocks.length === 0 && hasContent(content)) unsendable ??= emptyMessageProblem(index, content);
    if (role === 'system' || role === 'developer') addAll(system, blocks);
    else if (role === 'assistant') append(open, 'assistant', blocks);
    else if (role === 'tool') append(open, 'user', [toolResult(message, ids, blocks)], true);
    else append(open, 'user', blocks);
    if (name !== undefined) dropped.add('messages[].name');
  }
  const turns = open.map(({ role, results, others }): Turn => ({ role, content: [...results, ...others] }));
  unsendable ??= emptyEnd(messages, turns, system);
  if (unsendable === undefined) endOf(turns, prefill);
  if (instruction !== undefined) system.push({ type: 'text', text: instruction });
  // OpenAI allows a conversation that has only instructions, but Anthropic needs a turn of the user.
  return turns.length === 0
    ? { system: [], messages: [{ role: 'user', content: system }], unsendable }
    : { system, messages: turns, unsendable };
}

/**
 * The problem with a request whose last message is empty. Anthropic takes no empty message. One in the middle can be left out, but
 * without the last one the model would answer another message.
 */
function emptyEnd(messages: readonly ChatMessage[], turns: readonly Turn[], system: readonly Block[]) {
  const index = messages.findLastIndex(({ role }) => role !== 'system' && role !== 'developer');
  const isAsked = turns.length === 0 ? system.length > 0 : turns.at(-1)?.role === 'user';
  if (isAsked || (turns.length > 0 && messages[index]?.role === 'assistant')) return undefined;
  const at = index === -1 ? messages.length - 1 : index;
  return { param: `messages[${at}].content`, message: 'is empty, which the provider does not accept: write something' };
}

interface AnthropicMessages {
  system: Block[];
  messages: Turn[];
  unsendable: Unsendable | undefined;
}

/** A turn to which messages are still added. Tool results are kept apart, because they must come first. */
interface OpenTurn {
  role: Turn['role'];
  results: Block[];
  others: Block[];
}

/** Adds to the last turn if it has the same role. */
function append(turns: OpenTurn[], role: Turn['role'], blocks: Block[], areResults = false): void {
  if (blocks.length === 0) return;
  let last = turns.at(-1);
  if (last?.role !== role) {
    last = { role, results: [], others: [] };
    turns.push(last);
  }
  addAll(areResults ? last.results : last.others, blocks);
}

/** Uses a loop, because a call cannot take a hundred thousand spread arguments. */
function addAll(blocks: Block[], more: readonly Block[]): void {
  for (const block of more) blocks.push(block);
}

function assistantBlocks(message: ChatMessage, ids: CallIds, dropped: FieldNames): Block[] {
  const blocks = contentBlocks(message.content, dropped);
  if (message.refusal && !isBlank(message.refusal)) blocks.push({ type: 'text', text: message.refusal });
  for (const call of message.tool_calls ?? []) {
    const { id, function: called } = asFunctionCall(call);
    blocks.push({ type: 'tool_use', id: ids.ofCall(id), name: called.name, input: toolInput(called.arguments) });
  }
  return blocks;
}

/** The input of a tool call, which must be an object. Arguments in a history may be anything, even too deep to be written again. */
function toolInput(text: string): Record<string, unknown> {
  try {
    const input: unknown = parseArguments(text === '' ? '{}' : text);
    const isInput = typeof input === 'object' && input !== null && !Array.isArray(input) && !isTooDeep(input);
    if (isInput) return input as Record<string, unknown>;
  } catch {
    // Not JSON: sent as a string below.
  }
  return { arguments: text };
}

function toolResult({ tool_call_id: id = '' }: ChatMessage, ids: CallIds, content: Block[]): Block {
  const result: Block = { type: 'tool_result', tool_use_id: ids.ofResult(id) };
  if (content.length > 0) result.content = content;
  return result;
}

/**
 * Older models continue a last turn of the assistant, which must not end in white space. Newer ones (Claude 4.6 and later) refuse it,
 * so a turn of the user is added.
 */
function endOf(turns: Turn[], prefill: boolean): void {
  const last = turns.at(-1);
  if (last?.role !== 'assistant') return;
  if (!prefill) turns.push({ role: 'user', content: [{ type: 'text', text: 'Continue.' }] });
  const block = last.content.at(-1);
  if (prefill && block?.type === 'text') block.text = String(block.text).trimEnd();
}
