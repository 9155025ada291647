/** What the judge replied. */
import { isObject } from '../../../../protocol/json.ts';
import type { Rubric } from './judge.ts';

/** A verdict is good if every rubric is. `failed` lists the rubrics that are not. */
export interface Verdict {
  isGood: boolean;
  failed: readonly Rubric[];
}

/**
 * Reads a reply: one JSON object that has a boolean for each rubric, and nothing else. Undefined for any other reply. Some models
 * fence the object as code.
 */
export function readVerdict(reply: string, rubrics: readonly Rubric[]): Verdict | undefined {
  const value = parsed(reply.trim().replace(/^```(?:json)?\s*([\s\S]*?)\s*```$/, '$1'));
  if (!isObject(value) || Object.keys(value).length !== rubrics.length) return undefined;
  const verdicts = rubrics.map((rubric) => (Object.hasOwn(value, rubric) ? value[rubric] : undefined));
  if (!verdicts.every((one) => typeof one === 'boolean')) return undefined;
  const failed = rubrics.filter((rubric, index) => verdicts[index] === (rubric === 'harmful'));
  return { isGood: failed.length === 0, failed };
}

/**
 * The text of a whole answer in OpenAI's form. Undefined if the answer is cut off, calls a tool or refuses, because then there is
 * nothing to judge.
 */
export function answerText(completion: unknown): string | undefined {
  if (!isObject(completion) || !Array.isArray(completion.choices) || completion.choices.length !== 1) return undefined;
  const [choice] = completion.choices as unknown[];
  if (!isObject(choice) || choice.finish_reason !== 'stop' || !isObject(choice.message)) return undefined;
  const { content, tool_calls: calls } = choice.message;
  // Some providers send an empty list if there are no calls.
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
