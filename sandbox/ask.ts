import type { Json } from './json.ts';

export type ProviderName = 'openai' | 'anthropic';
export const PROVIDER_NAMES: readonly ProviderName[] = ['openai', 'anthropic'];

export interface OfferedTool {
  name: string;
  schema: Json;
  /** True for OpenAI's tools that take plain text instead of JSON. */
  custom: boolean;
}

export type AskedToolChoice = 'auto' | 'none' | 'required' | { name: string };

/** What a request asks for, whichever wire format it came in. */
export interface Ask {
  model: string;
  stream: boolean;
  /** The text of the last user message, which the answer quotes and which decides the tools. */
  lastUserText: string;
  /** All text that is charged as input, in this order: tools, instructions, turns. */
  promptText: string;
  imageCount: number;
  /** Set if the last turn is a tool's result. */
  toolResult: string | undefined;
  maxTokens: number;
  stop: string[];
  choiceCount: number;
  tools: OfferedTool[];
  toolChoice: AskedToolChoice;
  parallelTools: boolean;
  /** Set if the answer must be JSON, following the schema if one was given. */
  json: { schema: Json | undefined } | undefined;
  reasoning: 'none' | 'shown' | 'hidden';
  /** Which beginnings of the prompt are cached: beginnings in steps (OpenAI), or the
   *  ones that end at a `cache_control` (Anthropic), shortest first. */
  cacheable: 'in steps' | string[];
  /** The body as it was sent, for fields that only one wire format has. */
  body: Json;
}

export interface ToolUse {
  id: string;
  name: string;
  custom: boolean;
  nameTokens: number;
  argumentTokens: string[];
}

export type Ending = 'finished' | 'length' | 'tools' | 'stop-sequence';

export interface Choice {
  reasoning: string[];
  text: string[];
  toolUses: ToolUse[];
  ending: Ending;
  stopSequence: string | undefined;
}

/** `inputTokens` includes cached and written tokens; `outputTokens` includes reasoning tokens. */
export interface AnswerUsage {
  inputTokens: number;
  cachedTokens: number;
  writtenTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

export interface Answer {
  id: string;
  requestId: string;
  createdAtSeconds: number;
  choices: Choice[];
  usage: AnswerUsage;
}
