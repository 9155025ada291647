/**
 * What a router like this one says in its answers (docs/who-answered.md). Where such a router stands behind this one, its words
 * are about another request.
 */
import { isObject, type Json } from '../../../protocol/json.ts';

/** Removes those fields from an answer or a chunk; true if there were any. */
export function dropRoutersWords(said: Json): boolean {
  if (said.carryon === undefined && said.carryon_cost_usd === undefined) return false;
  delete said.carryon;
  delete said.carryon_cost_usd;
  return true;
}

/** Whether that router marked events that it could not read, whose content is missing here too. */
export const lostBehind = ({ carryon }: Json): boolean => isObject(carryon) && Number(carryon.skippedEvents) > 0;
