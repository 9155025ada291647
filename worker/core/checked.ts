/** A body checked by its schema. A named 400 says which field, what is wrong with it, and what would be right. */
import type * as z from 'zod';
import type { RouterError } from '../../protocol/errors.ts';
import { wrongType } from './config/check.ts';

export type Checked<Value> = { ok: true; value: Value } | { ok: false; error: RouterError };

export function check<Value>(value: unknown, schema: z.ZodType<Value>): Checked<Value> {
  const parsed = schema.safeParse(value, { error: wrongType });
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const stray = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const param = [...(issue?.path ?? []), ...stray].join('.').slice(0, 100);
  return { ok: false, error: { code: 'invalid_body', param, detail: issue?.message ?? '' } };
}
