/** What differs between Claude models. The API refuses a field that a model does not know. */
export interface ModelTraits {
  /** `temperature` and `top_p`: models after Claude Opus 4.6 refuse both, 4.6 and earlier take one of the two. */
  sampling: 'none' | 'one' | 'both';
  thinking: 'none' | 'budget' | 'adaptive';
  /** What turns thinking off: leaving the field out, a value of `thinking.type`, or nothing. */
  off: 'omit' | 'disabled' | 'between_tools' | 'never';
  /** Levels of `output_config.effort`, lowest first. */
  efforts: readonly string[];
  /** True if the model takes `output_config.format`. */
  schemas: boolean;
  /** True if the model takes `tool_choice` `any` and `tool`. */
  forcedTools: boolean;
  /** True if the model continues a last turn of the assistant. */
  prefill: boolean;
}

const EVERY_EFFORT = ['low', 'medium', 'high', 'xhigh', 'max'];

/** A model newer than this table. It is sent nothing that any known model refuses. */
const UNKNOWN: ModelTraits = {
  sampling: 'none',
  thinking: 'adaptive',
  off: 'never',
  efforts: EVERY_EFFORT,
  schemas: true,
  forcedTools: false,
  prefill: false,
};
const CLAUDE_5: ModelTraits = { ...UNKNOWN, off: 'disabled', forcedTools: true };
const CLAUDE_4_7: ModelTraits = { ...CLAUDE_5, off: 'omit' };
const CLAUDE_4_6: ModelTraits = { ...CLAUDE_4_7, sampling: 'one', efforts: ['low', 'medium', 'high', 'max'] };
const CLAUDE_4_5: ModelTraits = { ...CLAUDE_4_6, thinking: 'budget', efforts: [], prefill: true };
const OPUS_4_5: ModelTraits = { ...CLAUDE_4_5, efforts: ['low', 'medium', 'high'] };
const CLAUDE_4: ModelTraits = { ...CLAUDE_4_5, schemas: false };
const CLAUDE_3: ModelTraits = { ...CLAUDE_4, thinking: 'none' };
/** Another maker's model behind the same format. It is sent what the format has always had. */
const NOT_CLAUDE: ModelTraits = { ...CLAUDE_4, sampling: 'both' };

/**
 * Sources, November 2026: platform.claude.com (thinking, effort, structured outputs, migration guides to Opus 5.5, Sonnet 5.5
 * and Haiku 5.5) and the deprecation notes in anthropic-sdk-typescript 0.137.
 */
const TABLE: readonly (readonly [RegExp, ModelTraits])[] = [
  [/claude-sonnet-5-5(?!\d)/, { ...UNKNOWN, off: 'between_tools' }],
  [/claude-(?:(?:opus|sonnet)-5|haiku-5-5)(?!-\d{1,2}(?!\d))/, CLAUDE_5],
  [/claude-opus-4-[78](?!\d)/, CLAUDE_4_7],
  [/claude-(?:opus|sonnet)-4-6(?!\d)/, CLAUDE_4_6],
  [/claude-opus-4-5(?!\d)/, OPUS_4_5],
  [/claude-(?:sonnet|haiku)-4-5(?!\d)/, CLAUDE_4_5],
  [/claude-(?:3-7-|(?:opus|sonnet)-4(?!-[2-9](?!\d)))/, CLAUDE_4],
  [/claude-(?:instant|v?2|3)(?=[-.:]|$)/, CLAUDE_3],
];

/** The traits of a model, by its name. */
export function traitsOf(model: string): ModelTraits {
  if (!model.includes('claude')) return NOT_CLAUDE;
  return TABLE.find(([pattern]) => pattern.test(model))?.[1] ?? UNKNOWN;
}
