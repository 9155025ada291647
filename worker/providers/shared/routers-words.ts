/**
 * What a router like this one says in its answers (docs/who-answered.md). Where such a router stands behind this one, its words
 * are about another request.
 */
import { isObject, type Json } from '../../../protocol/json.ts';

/** Takes it out of an answer or a chunk; whether there was any. */
export function dropRoutersWords(said: Json): boolean {
  if (!('carryon' in said || 'carryon_cost_usd' in said)) return false;
  delete said.carryon;
  delete said.carryon_cost_usd;
  return true;
}

/** Its mark that it could not read some events: what they held is missing here too. */
export const lostBehind = ({ carryon }: Json): boolean => isObject(carryon) && Number(carryon.skippedEvents) > 0;
