import type { ChatMessage } from '../../../protocol/chat.ts';
import type { FieldNames } from '../../../protocol/field-names.ts';
import { parseArguments } from '../../../protocol/parse-body.ts';
import { isTooDeep } from '../../../protocol/parse-problem.ts';
import type { Unsendable } from '../adapter.ts';
import { CallIds } from '../shared/call-ids.ts';
import { asFunctionCall } from '../shared/function-tools.ts';
import { nothingLeft } from '../shared/nothing-left.ts';
import { type Block, contentBlocks, isBlank, saysSomething } from './parts.ts';

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
): AnthropicMessages {
  const system: Block[] = [];
  const open: OpenTurn[] = [];
  const ids = new CallIds();
  let unsendable: Unsendable | undefined;
  for (const [index, message] of messages.entries()) {
    const { role, content, name } = message;
    const blocks = role === 'assistant' ? assistantBlocks(message, ids, dropped) : contentBlocks(content, dropped);
    if (blocks.length === 0 && saysSomething(content)) unsendable ??= nothingLeft(index, content);
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
  // A conversation of nothing but instructions is legal at OpenAI; Anthropic wants a user's turn.
  return turns.length === 0
    ? { system: [], messages: [{ role: 'user', content: system }], unsendable }
    : { system, messages: turns, unsendable };
}

/** Anthropic takes no empty message. One in the middle says nothing; in place of the last, the model would answer another. */
function emptyEnd(messages: readonly ChatMessage[], turns: readonly Turn[], system: readonly Block[]) {
  const index = messages.findLastIndex(({ role }) => role !== 'system' && role !== 'developer');
  const isAsked = turns.length === 0 ? system.length > 0 : turns.at(-1)?.role === 'user';
  if (isAsked || (turns.length > 0 && messages[index]?.role === 'assistant')) return undefined;
  const at = index === -1 ? messages.length - 1 : index;
  return { param: `messages[${at}].content`, message: 'is empty, which the provider does not take: write something' };
}

interface AnthropicMessages {
  system: Block[];
  messages: Turn[];
  unsendable: Unsendable | undefined;
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

function assistantBlocks(message: ChatMessage, ids: CallIds, dropped: FieldNames): Block[] {
  const blocks = contentBlocks(message.content, dropped);
  if (message.refusal && !isBlank(message.refusal)) blocks.push({ type: 'text', text: message.refusal });
  for (const call of message.tool_calls ?? []) {
    const { id, function: called } = asFunctionCall(call);
    blocks.push({ type: 'tool_use', id: ids.ofCall(id), name: called.name, input: toolInput(called.arguments) });
  }
  return blocks;
}

/** A tool's input has to be an object; what stands in a history may be anything, and too deep to be written anew. */
function toolInput(text: string): Record<string, unknown> {
  try {
    const input: unknown = parseArguments(text === '' ? '{}' : text);
    const isInput = typeof input === 'object' && input !== null && !Array.isArray(input) && !isTooDeep(input);
    if (isInput) return input as Record<string, unknown>;
  } catch {
    // Not JSON: handed on as text below.
  }
  return { arguments: text };
}

function toolResult({ tool_call_id: id = '' }: ChatMessage, ids: CallIds, content: Block[]): Block {
  const result: Block = { type: 'tool_result', tool_use_id: ids.ofResult(id) };
  if (content.length > 0) result.content = content;
  return result;
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
