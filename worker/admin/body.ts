/** What an operator sent, checked. A named 400 says which field, what is wrong with it, and what would be right. */
import type { Context } from 'hono';
import type * as z from 'zod';
import type { RouterError } from '../../protocol/errors.ts';
import { wrongType } from '../core/config/check.ts';
import type { App } from '../edge.ts';
import { readText } from '../pipeline/read-text.ts';

export type Checked<Value> = { ok: true; value: Value } | { ok: false; error: RouterError };

/** Of what an operator writes by hand; a list of all features fits. */
const LONGEST_BODY_BYTES = 65_536;

/** `example` is what to send instead of something that is no JSON. */
export async function readBody<Value>(
  c: Context<App>,
  schema: z.ZodType<Value>,
  example: string,
): Promise<Checked<Value>> {
  let text: string | undefined;
  try {
    text = await readText(c.req.raw, LONGEST_BODY_BYTES);
  } catch {
    return { ok: false, error: { code: 'client_gone' } }; // it broke off its upload
  }
  if (text === undefined) return { ok: false, error: { code: 'payload_too_large', limitBytes: LONGEST_BODY_BYTES } };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, error: { code: 'invalid_json', detail: `send ${example}` } };
  }
  return check(json, schema);
}

export function check<Value>(value: unknown, schema: z.ZodType<Value>): Checked<Value> {
  const parsed = schema.safeParse(value, { error: wrongType });
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const stray = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const param = [...(issue?.path ?? []), ...stray].join('.').slice(0, 100);
  return { ok: false, error: { code: 'invalid_body', param, detail: issue?.message ?? '' } };
}
