/** How a provider deviates from its wire format. Plain data, set by the presets. */
export interface Quirks {
  /** The field for the output cap. OpenAI: `max_completion_tokens`; most others: `max_tokens`. */
  maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** Fields of the closed list that this provider does not know. */
  unsupported?: readonly string[];
  /** The provider knows the role `developer`; otherwise it is sent as `system`. */
  developerRole?: boolean;
  /** `false`: JSON mode but no schemas, so `json_schema` goes out as `json_object` with the schema in a system message. */
  jsonSchema?: boolean;
  /** The provider knows OpenAI's custom tools and `tool_choice: {type: "allowed_tools"}`. */
  customTools?: boolean;
  /** It refuses call ids of more than 40 characters. Others may give meaning to their own ids (Kimi: `functions.name:0`). */
  shortCallIds?: boolean;
  /** Assistant messages may carry `reasoning_content` (DeepSeek demands it inside a tool loop). */
  reasoningContent?: boolean;
  /** `reasoning_effort: "none"` is written `thinking: {type: "disabled"}` (DeepSeek). */
  thinkingToggle?: boolean;
  /** Sends padding against traffic analysis unless told not to (OpenAI: `include_obfuscation`). */
  obfuscation?: boolean;
  /** Further headers, such as `anthropic-version`. */
  headers?: Readonly<Record<string, string>>;
}
