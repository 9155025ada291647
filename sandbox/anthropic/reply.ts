import { eventText } from '../../protocol/sse.ts';
import type { Answer, AnswerUsage, Ask, Choice, Ending } from '../ask.ts';
import type { Json } from '../json.ts';
import { createRandom, makeId } from '../random.ts';
import type { Frame } from '../wire.ts';

const STOP_REASONS: Readonly<Record<Ending, string>> = {
  finished: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  tools: 'tool_use',
};

export function anthropicReply(ask: Ask, answer: Answer): Json {
  const choice = onlyChoice(answer);
  return {
    ...envelope(ask, answer),
    content: blocksOf(ask, answer).map((block) => block.whole),
    stop_reason: STOP_REASONS[choice.ending],
    stop_sequence: choice.stopSequence ?? null,
    usage: usageOf(answer.usage),
  };
}

/** A content block in its three forms: whole, as it starts in a stream, and as the deltas that follow. */
interface Block {
  whole: Json;
  start: Json;
  startTokens: number;
  deltas: { delta: Json; tokens: number }[];
}

function blocksOf(ask: Ask, answer: Answer): Block[] {
  const { reasoning, text, toolUses } = onlyChoice(answer);
  const blocks: Block[] = [];
  if (reasoning.length > 0) blocks.push(thinkingBlock(ask, answer, reasoning));
  if (text.length > 0) {
    blocks.push({
      whole: { type: 'text', text: text.join('') },
      start: { type: 'text', text: '' },
      startTokens: 0,
      deltas: text.map((token) => ({ delta: { type: 'text_delta', text: token }, tokens: 1 })),
    });
  }
  for (const { id, name, nameTokens, argumentTokens } of toolUses) {
    blocks.push({
      whole: { type: 'tool_use', id, name, input: parsedOr(argumentTokens.join('')) },
      start: { type: 'tool_use', id, name, input: {} },
      startTokens: nameTokens,
      deltas: [
        { delta: { type: 'input_json_delta', partial_json: '' }, tokens: 0 },
        ...argumentTokens.map((token) => ({ delta: { type: 'input_json_delta', partial_json: token }, tokens: 1 })),
      ],
    });
  }
  return blocks;
}

/** A block of thinking. Hidden thinking is made and charged too, but only its signature is shown. */
function thinkingBlock(ask: Ask, answer: Answer, reasoning: string[]): Block {
  const hidden = ask.reasoning === 'hidden';
  const signature = makeId(createRandom(`${answer.id}|signature`), 'EqQB', 60);
  const shown = hidden
    ? []
    : reasoning.map((token) => ({ delta: { type: 'thinking_delta', thinking: token }, tokens: 1 }));
  return {
    whole: { type: 'thinking', thinking: hidden ? '' : reasoning.join(''), signature },
    start: { type: 'thinking', thinking: '', signature: '' },
    startTokens: 0,
    deltas: [...shown, { delta: { type: 'signature_delta', signature }, tokens: hidden ? reasoning.length : 0 }],
  };
}

export function anthropicFrames(ask: Ask, answer: Answer): Frame[] {
  const start = { ...envelope(ask, answer), content: [], stop_reason: null, stop_sequence: null };
  const startUsage = { ...usageOf(answer.usage), output_tokens: 1 };
  const frames = [event('start', 'message_start', { message: { ...start, usage: startUsage } })];
  for (const [index, block] of blocksOf(ask, answer).entries()) {
    const kind = block.startTokens > 0 ? 'token' : 'start';
    frames.push(event(kind, 'content_block_start', { index, content_block: block.start }, block.startTokens));
    if (index === 0) frames.push(event('start', 'ping', {}));
    for (const { delta, tokens } of block.deltas) {
      frames.push(event(tokens > 0 ? 'token' : 'start', 'content_block_delta', { index, delta }, tokens));
    }
    frames.push(event('start', 'content_block_stop', { index }));
  }
  return [...frames, messageDelta(answer), event('done', 'message_stop', {})];
}

/** The delta with the end of the message. Its usage is cumulative, so the last one is the total. */
export function messageDelta(answer: Answer): Frame {
  const { ending, stopSequence } = onlyChoice(answer);
  const delta = { stop_reason: STOP_REASONS[ending], stop_sequence: stopSequence ?? null };
  const { service_tier: _, cache_creation: __, ...usage } = usageOf(answer.usage);
  return event('finish', 'message_delta', { delta, usage });
}

/** The usage in Anthropic's form. Its `input_tokens` are the tokens that no cache read or wrote. */
function usageOf(usage: AnswerUsage): Json {
  return {
    input_tokens: usage.inputTokens - usage.cachedTokens - usage.writtenTokens,
    cache_creation_input_tokens: usage.writtenTokens,
    cache_read_input_tokens: usage.cachedTokens,
    cache_creation: { ephemeral_5m_input_tokens: usage.writtenTokens, ephemeral_1h_input_tokens: 0 },
    output_tokens: usage.outputTokens,
    ...(usage.reasoningTokens > 0 ? { output_tokens_details: { thinking_tokens: usage.reasoningTokens } } : {}),
    service_tier: 'standard',
  };
}

function envelope(ask: Ask, answer: Answer): Json {
  return { id: answer.id, type: 'message', role: 'assistant', model: ask.model };
}

function event(kind: Frame['kind'], type: string, data: Json, tokens = 0): Frame {
  return { kind, text: eventText({ event: type, data: JSON.stringify({ type, ...data }) }), tokens };
}

function onlyChoice(answer: Answer): Choice {
  const choice = answer.choices[0];
  if (choice === undefined) throw new Error('an answer without a choice');
  return choice;
}

/** Parses arguments. If the length cap cut them, they are no longer an object. */
function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
