/** A chat completion as clients ask for it (OpenAI's published body) and as Carryon answers it, whichever provider served. */

export interface TextPart {
  type: 'text';
  text: string;
}

/** `url` is an http(s) address or a `data:` URL; Carryon never fetches it. */
export interface ImagePart {
  type: 'image_url';
  image_url: { url: string; detail?: string };
}

export interface RefusalPart {
  type: 'refusal';
  refusal: string;
}

/** `input_audio` and `file` parts: documented, but no adapter prices them yet. */
export interface OtherPart {
  type: 'input_audio' | 'file';
  [field: string]: unknown;
}

export type ContentPart = TextPart | ImagePart | RefusalPart | OtherPart;

export interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** A call of a custom tool: free text in place of JSON arguments. Only OpenAI itself knows these. */
export interface CustomToolCall {
  id: string;
  type: 'custom';
  custom: { name: string; input: string };
}

export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';
  content?: string | ContentPart[] | null;
  name?: string;
  tool_calls?: (ToolCall | CustomToolCall)[];
  tool_call_id?: string;
  refusal?: string | null;
  /** Visible reasoning that a client gives back; DeepSeek wants it inside a tool loop. Sent only where the provider knows it. */
  reasoning_content?: string;
}

export interface FunctionTool {
  type: 'function';
  function: { name: string; description?: string; parameters?: Record<string, unknown>; strict?: boolean | null };
}

export interface CustomTool {
  type: 'custom';
  custom: { name: string; description?: string; format?: Record<string, unknown> };
}

export type Tool = FunctionTool | CustomTool;

export type ToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { type: 'function'; function: { name: string } }
  | { type: 'custom'; custom: { name: string } }
  | { type: 'allowed_tools'; allowed_tools: { mode: 'auto' | 'required'; tools: Record<string, unknown>[] } };

export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | {
      type: 'json_schema';
      json_schema: { name: string; description?: string; schema?: Record<string, unknown>; strict?: boolean | null };
    };

/** The fields whose types `parseChat` has checked. Every other field of the body stays in `rest`, unchecked and unforwarded
 * unless an adapter's closed list names it. */
export interface ChatRequest {
  /** The alias asked for, such as `app/chat`. */
  model: string;
  messages: ChatMessage[];
  stream: boolean;
  /** The client asked for the usage chunk at the end of a stream. */
  includeUsage: boolean;
  /** `max_completion_tokens`, or the older `max_tokens`; 0 and null count as not given. */
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
  /** OpenAI's `user`: who asks, for SDKs that cannot set `x-carryon-user`. Never forwarded. */
  user?: string;
  /** OpenAI's `metadata`; `metadata.feature` names the feature. Never forwarded. */
  metadata?: Record<string, string>;
  /** Everything else that the body held, by name. */
  rest: Record<string, unknown>;
  /** The client speaks of `functions`, not tools: its answer says `function_call`. */
  legacyFunctions?: boolean;
  /** Unknown fields that `parseChat` took out of messages, parts and tools, such as `messages[].cache_control`: a list by
   * `FieldNames.toList()`. Adapters name them among what they dropped. */
  strippedFields?: string[];
}

/** Tokens a provider reports, in one meaning for all: cached and written input are parts of `inputTokens`, reasoning is part of `outputTokens`. */
export interface Usage {
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

export interface ChatCompletion {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: ChatChoice[];
  usage?: WireUsage;
}

export interface ChatChoice {
  index: number;
  message: {
    role: 'assistant';
    content: string | null;
    refusal?: string | null;
    tool_calls?: ToolCall[];
    function_call?: ToolCall['function'];
    /** The field that DeepSeek and others use for visible reasoning. */
    reasoning_content?: string;
  };
  finish_reason: FinishReason;
  logprobs?: unknown;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

export interface ChatChunk {
  id: string;
  object: 'chat.completion.chunk';
  created: number;
  model: string;
  choices: ChatChunkChoice[];
  usage?: WireUsage | null;
}

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

export interface ToolCallDelta {
  index: number;
  id?: string;
  type?: 'function';
  function?: { name?: string; arguments?: string };
}

/** OpenAI's usage object. */
export interface WireUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number };
  completion_tokens_details?: { reasoning_tokens?: number };
}
