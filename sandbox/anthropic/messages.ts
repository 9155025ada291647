import { ok, type Result, refused } from '../../protocol/result.ts';
import { asArray, asObject, asString, isObject, type Json } from '../json.ts';
import type { Refusal } from '../wire.ts';
import { invalid } from './errors.ts';

const BLOCK_TYPES = [
  'text',
  'image',
  'document',
  'tool_use',
  'tool_result',
  'thinking',
  'redacted_thinking',
  'search_result',
];

export interface ReadMessages {
  /** The content blocks. `mark`: a block's `cache_control`. */
  blocks: { text: string; mark: unknown }[];
  imageCount: number;
  lastUserText: string;
  toolResult: string | undefined;
}

interface Turn {
  role: unknown;
  blocks: Json[];
}

/** Checks the turns as Anthropic does, then extracts what is charged and what the answer is about. */
export function readMessages(messages: unknown): Result<ReadMessages, Refusal> {
  const list = asArray(messages);
  if (list.length === 0) return refused(invalid('messages: at least one message is required'));
  for (const [index, message] of list.entries()) {
    const refusal = checkMessage(message, `messages.${index}`, index === list.length - 1);
    if (refusal !== undefined) return refused(refusal);
  }
  const turns = joinTurns(list.map(asObject));
  const end = turns.at(-1)?.role === 'assistant' ? asString(turns.at(-1)?.blocks.at(-1)?.text) : '';
  if (/\s$/.test(end)) return refused(invalid('messages: final assistant content cannot end with trailing whitespace'));
  const refusal = checkToolOrder(turns);
  if (refusal !== undefined) return refused(refusal);
  const read: ReadMessages = { blocks: [], imageCount: 0, lastUserText: '', toolResult: undefined };
  for (const { role, blocks } of turns) {
    const texts = blocks.map((block) => asString(block.text)).filter((text) => text !== '');
    const results = blocks.filter((block) => block.type === 'tool_result').map((block) => textOf(block.content));
    read.blocks.push(...blocks.map((block) => ({ text: chargedText(block), mark: block.cache_control })));
    read.imageCount += blocks.filter((block) => block.type === 'image').length;
    if (role === 'user' && texts.length > 0) read.lastUserText = texts.join('\n');
    read.toolResult = results.length > 0 ? results.join('\n') : undefined;
  }
  return ok(read);
}

function checkMessage(message: unknown, at: string, isLast: boolean): Refusal | undefined {
  if (!isObject(message)) return invalid(`${at}: Input should be an object`);
  const unknown = Object.keys(message).find((field) => field !== 'role' && field !== 'content');
  if (unknown !== undefined) return invalid(`${at}.${unknown}: Extra inputs are not permitted`);
  if (message.role !== 'user' && message.role !== 'assistant') {
    return invalid(
      `messages: Unexpected role "${String(message.role)}". The Messages API accepts a top-level \`system\` parameter, not "system" as an input message role.`,
    );
  }
  if (message.content === undefined) return invalid(`${at}.content: Field required`);
  if (typeof message.content !== 'string' && !Array.isArray(message.content))
    return invalid(`${at}.content: Input should be a valid list`);
  if (message.content.length === 0 && !(isLast && message.role === 'assistant')) {
    return invalid(`${at}: all messages must have non-empty content except for the optional final assistant message`);
  }
  if (isBlank(message.content)) return invalid(BLANK);
  for (const [index, block] of asArray(message.content).entries()) {
    const refusal = checkBlock(block, `${at}.content.${index}`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const BLANK = 'messages: text content blocks must contain non-whitespace text';

function isBlank(text: unknown): boolean {
  return typeof text === 'string' && text !== '' && text.trim() === '';
}

function checkBlock(block: unknown, at: string): Refusal | undefined {
  const { type, text, source, id, name, input, tool_use_id: resultOf } = asObject(block);
  if (!BLOCK_TYPES.some((known) => known === type)) {
    const expected = BLOCK_TYPES.map((known) => `'${known}'`).join(', ');
    return invalid(
      `${at}: Input tag '${String(type)}' found using 'type' does not match any of the expected tags: ${expected}`,
    );
  }
  if (type === 'text' && typeof text !== 'string') return invalid(`${at}.text.text: Input should be a valid string`);
  if (type === 'text' && text === '') return invalid('messages: text content blocks must be non-empty');
  if (type === 'text' && isBlank(text)) return invalid(BLANK);
  if (type === 'tool_use') {
    if (typeof id !== 'string' || !/^[a-zA-Z0-9_-]+$/.test(id))
      return invalid(`${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
    if (typeof name !== 'string') return invalid(`${at}.tool_use.name: Field required`);
    if (!isObject(input)) return invalid(`${at}.tool_use.input: Input should be a valid dictionary`);
  }
  if (type === 'tool_result' && typeof resultOf !== 'string')
    return invalid(`${at}.tool_result.tool_use_id: Field required`);
  return type === 'image' ? checkImage(asObject(source), `${at}.image.source`) : undefined;
}

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

function checkImage(source: Json, at: string): Refusal | undefined {
  if (source.type === 'url') {
    return typeof source.url === 'string' && /^https?:\/\//.test(source.url)
      ? undefined
      : invalid(`${at}.url.url: Only HTTPS URLs are supported`);
  }
  if (source.type !== 'base64')
    return invalid(
      `${at}: Input tag '${String(source.type)}' found using 'type' does not match any of the expected tags: 'base64', 'url', 'file'`,
    );
  if (!IMAGE_TYPES.some((type) => type === source.media_type)) {
    return invalid(`${at}.base64.media_type: Input should be ${IMAGE_TYPES.map((type) => `'${type}'`).join(', ')}`);
  }
  return /^[A-Za-z0-9+/]+=*$/.test(asString(source.data))
    ? undefined
    : invalid(`${at}.base64.data: Invalid base64 data`);
}

/** Neighbouring messages of one role are one turn. */
function joinTurns(messages: Json[]): Turn[] {
  const turns: Turn[] = [];
  for (const { role, content } of messages) {
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content).map(asObject);
    const last = turns.at(-1);
    if (last !== undefined && last.role === role) last.blocks.push(...blocks);
    else turns.push({ role, blocks: [...blocks] });
  }
  return turns;
}

/** Each tool call must have its result in the next turn, and each result its call in the turn before. */
function checkToolOrder(turns: Turn[]): Refusal | undefined {
  const callsOf = (turn: Turn | undefined): unknown[] =>
    (turn?.blocks ?? []).filter((block) => block.type === 'tool_use').map((block) => block.id);
  const resultsOf = (turn: Turn | undefined): unknown[] =>
    (turn?.blocks ?? []).filter((block) => block.type === 'tool_result').map((block) => block.tool_use_id);
  for (const [index, turn] of turns.entries()) {
    const unanswered = callsOf(turn).filter((id) => !resultsOf(turns[index + 1]).includes(id));
    if (unanswered.length > 0) {
      return invalid(
        `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${unanswered.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
    const unasked = resultsOf(turn).filter((id) => !callsOf(turns[index - 1]).includes(id));
    if (unasked.length > 0) {
      return invalid(
        `messages.${index}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unasked.join(', ')}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
  }
  return undefined;
}

function chargedText(block: Json): string {
  if (block.type === 'tool_use') return `${asString(block.name)}${JSON.stringify(block.input)}`;
  if (block.type === 'tool_result') return textOf(block.content);
  return asString(block.text ?? block.thinking);
}

export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return asArray(content)
    .map((block) => asString(asObject(block).text))
    .join('\n');
}
