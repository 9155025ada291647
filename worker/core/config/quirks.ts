/** How a provider deviates from its wire format. Plain data, set by the presets. */
export interface Quirks {
  /** The field for the output cap: `max_completion_tokens` for OpenAI, `max_tokens` for most others. */
  maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** Fields of the closed list that this provider does not know. */
  unsupported?: readonly string[];
  /** True if the provider knows the role `developer`. Otherwise such a message is sent as `system`. */
  developerRole?: boolean;
  /**
   * False if the provider has JSON mode but no schemas. Then `json_schema` goes out as `json_object` with the schema in a system
   * message.
   */
  jsonSchema?: boolean;
  /** True if the provider knows OpenAI's custom tools and `tool_choice: {type: "allowed_tools"}`. */
  customTools?: boolean;
  /**
   * True if the provider refuses call ids of more than 40 characters. Other providers may give meaning to their own ids (Kimi:
   * `functions.name:0`).
   */
  shortCallIds?: boolean;
  /** True if assistant messages may carry `reasoning_content` (DeepSeek demands it inside a tool loop). */
  reasoningContent?: boolean;
  /** True if `reasoning_effort: "none"` is written `thinking: {type: "disabled"}` (DeepSeek). */
  thinkingToggle?: boolean;
  /** True if the provider sends padding against traffic analysis unless told not to (OpenAI: `include_obfuscation`). */
  obfuscation?: boolean;
  /** Further headers, such as `anthropic-version`. */
  headers?: Readonly<Record<string, string>>;
}
