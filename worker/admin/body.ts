/** What an operator sent, checked. */
import type { Context } from 'hono';
import type * as z from 'zod';
import { type Checked, check } from '../core/checked.ts';
import type { App } from '../edge.ts';
import { readBody as readBodyText } from '../pipeline/read-body.ts';

/** Of what an operator writes by hand; a list of all features fits. */
const LONGEST_BODY_BYTES = 65_536;

/** `example` is what to send instead of something that is no JSON. */
export async function readBody<Value>(
  c: Context<App>,
  schema: z.ZodType<Value>,
  example: string,
): Promise<Checked<Value>> {
  const { deps } = c.env.composition;
  const weight = deps.bodies.open();
  const limits = { textBytes: LONGEST_BODY_BYTES, mediaBytes: LONGEST_BODY_BYTES };
  const text = await readBodyText(c.req.raw, limits, deps.clock, weight);
  // What an operator wrote is small, and gone once it is checked.
  weight.release();
  if (typeof text !== 'string') return { ok: false, error: text };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, error: { code: 'invalid_json', detail: `send ${example}` } };
  }
  return check(json, schema);
}
