import { isObject, type Json } from './json.ts';

/** Finds instructions such as “answer with one valid JSON object”, with their schema if they contain one. Models obey these too. */
export function jsonAskedInWords(instructions: string): { schema: Json | undefined } | undefined {
  if (!/\b(valid|only|with|in) (one |a |an )?(valid )?JSON\b/i.test(instructions)) return undefined;
  const start = instructions.indexOf('{', instructions.search(/schema/i) + 1);
  const asksForSchema = /schema/i.test(instructions) && start >= 0;
  return { schema: asksForSchema ? objectAt(instructions, start) : undefined };
}

function objectAt(text: string, start: number): Json | undefined {
  for (let end = text.lastIndexOf('}'); end > start; end = text.lastIndexOf('}', end - 1)) {
    try {
      const value: unknown = JSON.parse(text.slice(start, end + 1));
      return isObject(value) ? value : undefined;
    } catch {
      // More text follows the object, so the loop tries a shorter piece.
    }
  }
  return undefined;
}
