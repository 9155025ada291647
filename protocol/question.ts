/** Reads what a request asks before its body is checked. Router and browser share this code, so that both see the same question. */
import type { Json } from './json.ts';
import { isGiven } from './parse-problem.ts';
import { ok, type Result, refused } from './result.ts';

/** The inbound formats. `ai` also takes the short form `{"prompt": "…", "feature": "…"}`, which uses the feature's own alias. */
export type DoorName = 'chat-completions' | 'ai';

/** The paths of each format, for `POST`. The first path is the one that the documentation names. */
export const DOOR_PATHS: Readonly<Record<DoorName, readonly string[]>> = {
  'chat-completions': ['/v1/chat/completions', '/chat/completions'],
  ai: ['/ai'],
};

/** The body in the long form, or what is wrong with the prompt. A body with `messages` is already in the long form. */
export function longForm(door: DoorName, fields: Json): Result<Json, string> {
  if (door !== 'ai') return ok(fields);
  const { prompt, feature: _, ...body } = fields;
  if (isGiven(body.messages))
    return isGiven(prompt) ? refused('send either "prompt" or "messages", not both') : ok(body);
  if (typeof prompt !== 'string' || prompt === '') return refused('must be a non-empty string (or send "messages")');
  return ok({ ...body, messages: [{ role: 'user', content: prompt }] });
}

/** The feature that a request names in its header or its body, unchecked. Undefined if it names none. */
export function namedFeature(door: DoorName, header: string | null, fields: Json): unknown {
  const metadata = fields.metadata as { feature?: unknown } | null | undefined;
  const named = header ?? (door === 'ai' ? fields.feature : undefined) ?? metadata?.feature;
  return named === null || named === '' ? undefined : named;
}

/** True if the feature's own alias is used, because a request to `/ai` need not name a model. */
export const usesOwnAlias = (door: DoorName, { model }: Json): boolean => door === 'ai' && !isGiven(model);
