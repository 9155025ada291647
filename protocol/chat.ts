/** A chat completion: the request as OpenAI publishes it, and the answer in OpenAI's form, no matter which provider made it. */

/** A part of a message that is text. */
export interface TextPart {
  type: 'text';
  text: string;
}

/** A picture. `url` is an http(s) address or a `data:` URL. Carryon never fetches it. */
export interface ImagePart {
  type: 'image_url';
  image_url: { url: string; detail?: string };
}

/** A part in which the model says that it refuses. */
export interface RefusalPart {
  type: 'refusal';
  refusal: string;
}

/** `input_audio` and `file` parts. Config must allow them by name, with a price. */
export interface OtherPart {
  type: 'input_audio' | 'file';
  [field: string]: unknown;
}

/** One part of a message's content. */
export type ContentPart = TextPart | ImagePart | RefusalPart | OtherPart;

/** A call of a function. `arguments` is JSON in a string. */
export interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
  /** Gemini's signature of the thought behind the call. Gemini needs it back with the history. No other provider accepts it. */
  extra_content?: { google: { thought_signature: string } };
}

/** A call of a custom tool, with free text in place of JSON arguments. Only OpenAI itself has custom tools. */
export interface CustomToolCall {
  id: string;
  type: 'custom';
  custom: { name: string; input: string };
}

/** One message of the conversation. */
export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';
  content?: string | ContentPart[] | null;
  name?: string;
  tool_calls?: (ToolCall | CustomToolCall)[];
  tool_call_id?: string;
  refusal?: string | null;
  /** Visible reasoning that a client sends back; DeepSeek needs it inside a tool loop. Sent only to providers that know it. */
  reasoning_content?: string;
}

/** A function that the model may call. */
export interface FunctionTool {
  type: 'function';
  function: { name: string; description?: string; parameters?: Record<string, unknown>; strict?: boolean | null };
}

/** A tool that takes free text. */
export interface CustomTool {
  type: 'custom';
  custom: { name: string; description?: string; format?: Record<string, unknown> };
}

/** A tool that the model may call. */
export type Tool = FunctionTool | CustomTool;

/** Which tools the model may or must call. */
export type ToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { type: 'function'; function: { name: string } }
  | { type: 'custom'; custom: { name: string } }
  | { type: 'allowed_tools'; allowed_tools: { mode: 'auto' | 'required'; tools: Record<string, unknown>[] } };

/** The form that the answer must have. */
export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | {
      type: 'json_schema';
      json_schema: { name: string; description?: string; schema?: Record<string, unknown>; strict?: boolean | null };
    };

/**
 * A checked request. `parseChat` has checked the type of every field here. All other fields of the body are in `rest`, and only
 * those on an adapter's closed list are sent on.
 */
export interface ChatRequest {
  /** The requested alias, such as `app/chat`. */
  model: string;
  messages: ChatMessage[];
  stream: boolean;
  /** True if the client asked for the usage chunk at the end of a stream. */
  includeUsage: boolean;
  /** `max_completion_tokens`, or the older `max_tokens`. 0 and null count as not given. */
  maxOutputTokens?: number;
  n?: number;
  temperature?: number;
  top_p?: number;
  frequency_penalty?: number;
  presence_penalty?: number;
  seed?: number;
  stop?: string[];
  logprobs?: boolean;
  top_logprobs?: number;
  logit_bias?: Record<string, number>;
  tools?: Tool[];
  tool_choice?: ToolChoice;
  parallel_tool_calls?: boolean;
  response_format?: ResponseFormat;
  reasoning_effort?: string;
  /** OpenAI's `user`: the end user, for SDKs that cannot set `x-carryon-user`. Never sent on. */
  user?: string;
  /** OpenAI's `metadata`; `metadata.feature` names the feature. Never sent on. */
  metadata?: Record<string, string>;
  /** All other fields of the body, by name. */
  rest: Record<string, unknown>;
  /** True if the client sent `functions` instead of `tools`, so that its answer must use `function_call`. */
  legacyFunctions?: boolean;
  /**
   * Unknown fields that `parseChat` removed from messages, parts and tools, such as `messages[].cache_control`. Adapters add them to the
   * list of dropped fields. Made by `FieldNames.toList()`.
   */
  strippedFields?: string[];
}

/**
 * The tokens that a provider reports, with one meaning for all providers: `inputTokens` includes the input read from and written to
 * the provider's cache, `outputTokens` includes the reasoning.
 */
export interface Usage {
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

/** A whole answer. */
export interface ChatCompletion {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: ChatChoice[];
  usage?: WireUsage;
}

/** One of the answers to a request; there are `n` of them. */
export interface ChatChoice {
  index: number;
  message: {
    role: 'assistant';
    content: string | null;
    refusal?: string | null;
    tool_calls?: ToolCall[];
    function_call?: ToolCall['function'];
    /** Visible reasoning, in the field that DeepSeek and others use. */
    reasoning_content?: string;
  };
  finish_reason: FinishReason;
  logprobs?: unknown;
}

/** Why a choice ended. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

/** One event of a streamed answer. */
export interface ChatChunk {
  id: string;
  object: 'chat.completion.chunk';
  created: number;
  model: string;
  choices: ChatChunkChoice[];
  usage?: WireUsage | null;
}

/** What a chunk adds to one choice. */
export interface ChatChunkChoice {
  index: number;
  delta: {
    role?: 'assistant';
    content?: string | null;
    refusal?: string | null;
    reasoning_content?: string;
    tool_calls?: ToolCallDelta[];
  };
  finish_reason: FinishReason | null;
  logprobs?: unknown;
}

/** What a chunk adds to one call. `index` says which call. */
export interface ToolCallDelta {
  index: number;
  id?: string;
  type?: 'function';
  function?: { name?: string; arguments?: string };
}

/** OpenAI's usage object, as clients read it. */
export interface WireUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number };
  completion_tokens_details?: { reasoning_tokens?: number };
}
