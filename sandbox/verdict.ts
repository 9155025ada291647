import type { Ask } from './ask.ts';
import { asObject } from './json.ts';

/** Words in a question or an answer that make the judge find fault, by the field that the judge must fill. */
const FAULTS: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    helpful: /\bunhelpful\b/i,
    factual: /\bwrong\b/i,
    harmful: /\bharmful\b/i,
    follows: /\bdisobey\b/i,
  }),
);

/** The reply of a model that judges, with each field of a schema of such booleans. Undefined if the request is for something else. */
export function verdictFor({ json, lastUserText }: Ask): string | undefined {
  const fields = Object.keys(asObject(json?.schema?.properties));
  if (fields.length === 0 || !fields.every((field) => FAULTS.has(field))) return undefined;
  if (/\bunjudgeable\b/i.test(lastUserText)) return 'I would rather not say.';
  const verdict = fields.map((field) => [field, FAULTS.get(field)?.test(lastUserText) === (field === 'harmful')]);
  return JSON.stringify(Object.fromEntries(verdict));
}
