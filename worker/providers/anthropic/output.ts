import type { ChatRequest } from '../../../protocol/chat.ts';
import type { FieldNames } from '../../../protocol/field-names.ts';
import { schemaInstruction } from '../shared/schema-instruction.ts';
import type { ModelTraits } from './models.ts';
import { structuredSchema } from './schema.ts';
import { thinkingOptions } from './thinking.ts';

interface OutputOptions {
  /** Text for the system prompt, if the format can only be asked for in words. */
  instruction: string | undefined;
  config: Record<string, unknown> | undefined;
  thinking: Record<string, unknown> | undefined;
  thinks: boolean;
}

/** `response_format` and `reasoning_effort` as this model takes them. */
export function outputOptions(
  chat: ChatRequest,
  traits: ModelTraits,
  maxTokens: number,
  dropped: FieldNames,
): OutputOptions {
  const format = chat.response_format;
  let instruction: string | undefined;
  let config: Record<string, unknown> | undefined;
  if (format?.type === 'json_object') instruction = schemaInstruction(undefined);
  if (format?.type === 'json_schema') {
    const { schema } = format.json_schema;
    const structured = schema && traits.schemas ? structuredSchema(schema) : undefined;
    if (structured) config = { format: { type: 'json_schema', schema: structured } };
    else instruction = schemaInstruction(schema);
  }
  const reasoning = thinkingOptions(chat, traits, maxTokens);
  if (reasoning === 'dropped') dropped.add('reasoning_effort');
  const { thinking, effort } = reasoning === 'dropped' ? {} : reasoning;
  if (effort) config = { ...config, effort };
  const thinks = thinking?.type === 'adaptive' || thinking?.type === 'enabled';
  return { instruction, config, thinking, thinks };
}
