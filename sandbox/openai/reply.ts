import { DONE, dataText } from '../../protocol/sse.ts';
import type { Answer, Ask, Choice, Ending, ToolUse } from '../ask.ts';
import { asObject, type Json } from '../json.ts';
import { createRandom, makeId } from '../random.ts';
import type { Frame } from '../wire.ts';
import { logprobsOf } from './logprobs.ts';

const FINISH_REASONS: Readonly<Record<Ending, string>> = {
  finished: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  tools: 'tool_calls',
};

export function openAiReply(ask: Ask, answer: Answer): Json {
  return {
    id: answer.id,
    object: 'chat.completion',
    created: answer.createdAtSeconds,
    model: ask.model,
    choices: answer.choices.map((choice, index) => ({
      index,
      message: messageOf(choice),
      logprobs: ask.body.logprobs === true ? { content: logprobsOf(ask, choice.text), refusal: null } : null,
      finish_reason: FINISH_REASONS[choice.ending],
    })),
    usage: usageOf(answer),
    service_tier: 'default',
    system_fingerprint: 'fp_sandbox',
  };
}

function messageOf(choice: Choice): Json {
  const toolCalls = choice.toolUses.map((toolUse) => ({
    id: toolUse.id,
    ...called(toolUse, { name: toolUse.name }, toolUse.argumentTokens.join('')),
  }));
  return {
    role: 'assistant',
    content: toolCalls.length > 0 ? null : choice.text.join(''),
    refusal: null,
    ...(choice.reasoning.length > 0 ? { reasoning_content: choice.reasoning.join('') } : {}),
    ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
    annotations: [],
  };
}

function usageOf({ usage }: Answer): Json {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

export function openAiFrames(ask: Ask, answer: Answer): Frame[] {
  const options = asObject(ask.body.stream_options);
  const padding = createRandom(`${answer.id}|padding`);
  const chunk = (kind: Frame['kind'], tokens: number, index: number, delta: Json, rest: Json = {}): Frame => {
    const choice = { index, delta, logprobs: null, finish_reason: null, ...rest };
    // OpenAI pads each delta against traffic analysis, unless the request turns that off.
    const obfuscation =
      options.include_obfuscation === false ? {} : { obfuscation: makeId(padding, '', 1 + Math.floor(padding() * 8)) };
    return frame(kind, { ...envelope(ask, answer), choices: [choice], ...nullUsage(ask), ...obfuscation }, tokens);
  };
  const starts = answer.choices.map((choice, index) => {
    const content = choice.toolUses.length > 0 ? null : '';
    return chunk('start', 0, index, { role: 'assistant', content, refusal: null });
  });
  const tokens = interleave(answer.choices.map((choice, index) => tokenFrames(ask, choice, index, chunk)));
  const finishes = answer.choices.map((choice, index) =>
    chunk('finish', 0, index, {}, { finish_reason: FINISH_REASONS[choice.ending] }),
  );
  const usage = options.include_usage === true ? [usageFrame(ask, answer)] : [];
  return [...starts, ...tokens, ...finishes, ...usage, { kind: 'done', text: dataText(DONE), tokens: 0 }];
}

type MakeChunk = (kind: Frame['kind'], tokens: number, index: number, delta: Json, rest?: Json) => Frame;

function tokenFrames(ask: Ask, choice: Choice, index: number, chunk: MakeChunk): Frame[] {
  const reasoning = choice.reasoning.map((token) => chunk('token', 1, index, { reasoning_content: token }));
  const text = choice.text.map((token) => {
    const logprobs =
      ask.body.logprobs === true ? { logprobs: { content: logprobsOf(ask, [token]), refusal: null } } : {};
    return chunk('token', 1, index, { content: token }, logprobs);
  });
  const tools = choice.toolUses.flatMap((toolUse, at) => {
    const start = { index: at, id: toolUse.id, ...called(toolUse, { name: toolUse.name }, '') };
    const further = toolUse.argumentTokens.map((token) => {
      const { type: _, ...piece } = called(toolUse, {}, token);
      return chunk('token', 1, index, { tool_calls: [{ index: at, ...piece }] });
    });
    return [chunk('token', toolUse.nameTokens, index, { tool_calls: [start] }), ...further];
  });
  return [...reasoning, ...text, ...tools];
}

function called({ custom }: ToolUse, name: Json, input: string): Json {
  return custom
    ? { type: 'custom', custom: { ...name, input } }
    : { type: 'function', function: { ...name, arguments: input } };
}

/** The closing chunk with `choices: []`. */
export function usageFrame(ask: Ask, answer: Answer): Frame {
  return frame('usage', { ...envelope(ask, answer), choices: [], usage: usageOf(answer) }, 0);
}

function envelope(ask: Ask, answer: Answer): Json {
  return {
    id: answer.id,
    object: 'chat.completion.chunk',
    created: answer.createdAtSeconds,
    model: ask.model,
    service_tier: 'default',
    system_fingerprint: 'fp_sandbox',
  };
}

function nullUsage(ask: Ask): Json {
  return asObject(ask.body.stream_options).include_usage === true ? { usage: null } : {};
}

function frame(kind: Frame['kind'], data: Json, tokens: number): Frame {
  return { kind, text: dataText(JSON.stringify(data)), tokens };
}

/** Mixes the frames of several choices, because a model writes them side by side. */
function interleave(lists: Frame[][]): Frame[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? [])).flat();
}
