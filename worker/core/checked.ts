/** Checks a body by its schema. The 400 names the field, what is wrong with it, and what would be right. */
import type * as z from 'zod/mini';
import type { RouterError } from '../../protocol/errors.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import { wrongType } from './config/wrong-type.ts';

/** The value as the schema returns it, or an `invalid_body` refusal. */
export function check<Value>(value: unknown, schema: z.ZodMiniType<Value>): Result<Value, RouterError> {
  const parsed = schema.safeParse(value, { error: wrongType });
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const stray = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const param = [...(issue?.path ?? []), ...stray].join('.').slice(0, 100);
  return refused({ code: 'invalid_body', param, detail: issue?.message ?? '' });
}
