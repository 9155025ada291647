/** Whether an answer kept the JSON schema that was asked for, in a sample of the answers. */
import type { ChatRequest } from '../../../../protocol/chat.ts';
import { concerns } from '../book/series-names.ts';
import type { Objective } from '../slo.ts';
import { keepsSchema } from './keeps-schema.ts';

/** One answer in this many is checked, if an objective asks for it. */
const SAMPLE = 10;
/** In characters. Checking a longer answer would take milliseconds. */
const LONGEST_ANSWER = 100_000;

/** The parts of a request that decide whether it is in the sample. */
export interface Sampled {
  requestId: string;
  tenant: string;
  feature: string;
}

/** Whether this answer is one to check. */
export function isSampled({ requestId, tenant, feature }: Sampled, objectives: readonly Objective[]): boolean {
  const isPromised = objectives.some((one) => one.sli.kind === 'valid' && concerns(one, tenant, feature));
  // The last digits of an id are random.
  return isPromised && Number.parseInt(requestId.slice(-6), 16) % SAMPLE === 0;
}

/**
 * Whether an answer kept its schema. `completion` is the answer as JSON in OpenAI's form. Null if no schema was asked for, or if
 * it is unknown whether it was kept.
 */
export function keptSchema({ response_format: format }: ChatRequest, completion: string): boolean | null {
  const schema = format?.type === 'json_schema' ? format.json_schema.schema : undefined;
  if (schema === undefined || completion.length > LONGEST_ANSWER) return null;
  const contents = contentsOf(completion);
  if (contents.length === 0) return null;
  const kept = contents.map((content) => {
    const value = parsed(content);
    return value === undefined ? false : keepsSchema(value, schema);
  });
  if (kept.includes(false)) return false;
  return kept.includes(undefined) ? null : true;
}

interface Completion {
  choices?: { message?: { content?: unknown; tool_calls?: unknown } }[];
}

/** The contents of all choices except those that call a tool or refuse, which need not keep a schema. */
function contentsOf(completion: string): string[] {
  const { choices = [] } = parsed(completion) as Completion;
  return choices.flatMap(({ message }) => {
    const { content, tool_calls: calls } = message ?? {};
    // Some providers send an empty list if there are no calls.
    const isCall = Array.isArray(calls) && calls.length > 0;
    return typeof content === 'string' && content !== '' && !isCall ? [content] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
