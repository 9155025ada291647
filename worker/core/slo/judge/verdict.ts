/** What the judge replied. */
import { isObject } from '../../../../protocol/json.ts';
import type { Rubric } from './judge.ts';

/** Good if every rubric is; `failed` lists those that are not. */
export interface Verdict {
  isGood: boolean;
  failed: readonly Rubric[];
}

/** The rubrics as one JSON object of booleans, and nothing else; undefined for any other reply. Some models fence it as code. */
export function readVerdict(reply: string, rubrics: readonly Rubric[]): Verdict | undefined {
  const value = parsed(reply.trim().replace(/^```(?:json)?\s*([\s\S]*?)\s*```$/, '$1'));
  if (!isObject(value) || Object.keys(value).length !== rubrics.length) return undefined;
  const verdicts = rubrics.map((rubric) => (Object.hasOwn(value, rubric) ? value[rubric] : undefined));
  if (!verdicts.every((one) => typeof one === 'boolean')) return undefined;
  const failed = rubrics.filter((rubric, index) => verdicts[index] === (rubric === 'harmful'));
  return { isGood: failed.length === 0, failed };
}

/** The text of a whole answer in OpenAI's form; undefined where it is cut, calls a tool or refuses, so that there is nothing to judge. */
export function answerText(completion: unknown): string | undefined {
  if (!isObject(completion) || !Array.isArray(completion.choices) || completion.choices.length !== 1) return undefined;
  const [choice] = completion.choices as unknown[];
  if (!isObject(choice) || choice.finish_reason !== 'stop' || !isObject(choice.message)) return undefined;
  const { content, tool_calls: calls } = choice.message;
  // Some providers say with an empty list that there are no calls.
  const isCall = Array.isArray(calls) && calls.length > 0;
  return typeof content === 'string' && content !== '' && !isCall ? content : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
