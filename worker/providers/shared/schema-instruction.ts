import type { Json } from '../../../protocol/json.ts';

/** The schema as an instruction, for providers that have JSON mode but no schemas. DeepSeek demands that the prompt says "JSON". */
export const schemaInstruction = (schema: Json | undefined): string =>
  schema === undefined
    ? 'Answer with one valid JSON object and nothing else.'
    : `Answer with one valid JSON object and nothing else. It must match this JSON Schema: ${JSON.stringify(schema)}`;
