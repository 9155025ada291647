/**
 * The fields that a router like this one adds to its answers (docs/who-answered.md). If such a router stands behind this one, its
 * fields are about another request.
 */
import { isObject, type Json } from '../../../protocol/json.ts';

/** Removes those fields from an answer or a chunk. Returns true if there were any. */
export function dropRouterFields(answer: Json): boolean {
  if (answer.carryon === undefined && answer.carryon_cost_usd === undefined) return false;
  delete answer.carryon;
  delete answer.carryon_cost_usd;
  return true;
}

/** True if that router marked events that it could not read. Their content is missing here too. */
export const hasLostEvents = ({ carryon }: Json): boolean => isObject(carryon) && Number(carryon.skippedEvents) > 0;
