/** Reads and checks the body of an admin call. */

import type { Context } from 'hono';
import type * as z from 'zod/mini';
import type { RouterError } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/result.ts';
import { readJson } from '../body/read-json.ts';
import { check } from '../core/checked.ts';
import type { App } from '../edge.ts';

/** Operators write bodies by hand. A list of all features fits into this. */
const LONGEST_BODY_BYTES = 65_536;

/** Reads a body. `example` is shown to callers whose body is not JSON. */
export async function readBody<Value>(
  c: Context<App>,
  schema: z.ZodMiniType<Value>,
  example: string,
): Promise<Result<Value, RouterError>> {
  const read = await readJson(c.req.raw, LONGEST_BODY_BYTES, example, c.env.composition.deps);
  return read.ok ? check(read.value, schema) : read;
}
