/** What a request asks, before its body is checked: the same for the router and for the browser, so that both see one question. */
import type { Json } from './json.ts';
import { isGiven } from './parse-problem.ts';
import { ok, type Result, refused } from './result.ts';

/** The inbound formats. `ai` takes the short form too: `{"prompt": "…", "feature": "…"}`, with the feature's own alias. */
export type DoorName = 'chat-completions' | 'ai';

/** Where each format is sent to, by `POST`. The first path is the one that documentation names. */
export const DOOR_PATHS: Readonly<Record<DoorName, readonly string[]>> = {
  'chat-completions': ['/v1/chat/completions', '/chat/completions'],
  ai: ['/ai'],
};

/** A copy in the long form, or what is wrong with the prompt. A body with `messages` is in the long form already. */
export function longForm(door: DoorName, fields: Json): Result<Json, string> {
  if (door !== 'ai') return ok(fields);
  const { prompt, feature: _, ...body } = fields;
  if (isGiven(body.messages))
    return isGiven(prompt) ? refused('send either "prompt" or "messages", not both') : ok(body);
  if (typeof prompt !== 'string' || prompt === '') return refused('must be a non-empty string (or send "messages")');
  return ok({ ...body, messages: [{ role: 'user', content: prompt }] });
}

/** The feature that a request names, in its header or its body, unchecked; undefined where it leaves that to the router. */
export function namedFeature(door: DoorName, header: string | null, fields: Json): unknown {
  const metadata = fields.metadata as { feature?: unknown } | null | undefined;
  const named = header ?? (door === 'ai' ? fields.feature : undefined) ?? metadata?.feature;
  return named === null || named === '' ? undefined : named;
}

/** Whether the feature's own alias answers: at `/ai` no model needs to be named. */
export const usesOwnAlias = (door: DoorName, { model }: Json): boolean => door === 'ai' && !isGiven(model);
