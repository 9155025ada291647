import type { Context } from 'hono';
import { within } from '../core/within.ts';
import type { App } from '../edge.ts';

/** Operators can repeat a call. */
const LONGEST_CALL_MS = 5_000;

/** `reason`: the name of the error, or `timeout`. A change may have been made all the same. */
export type Answered<Reply> = { ok: true; reply: Reply } | { ok: false; reason: string };

/** One call of an object, with a time limit. */
export async function askObject<Reply>(c: Context<App>, call: () => Promise<Reply>): Promise<Answered<Reply>> {
  const asked = async () => ({ ok: true, reply: await call() }) as const;
  try {
    return await within(asked(), LONGEST_CALL_MS, c.env.composition.deps.clock, {
      ok: false,
      reason: 'timeout',
    } as const);
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.name : 'unknown' };
  }
}
