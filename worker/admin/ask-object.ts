import type { Context } from 'hono';
import { within } from '../core/within.ts';
import type { App } from '../edge.ts';

type RouterEvent = Parameters<App['Bindings']['composition']['deps']['events']>[0];

/** Short, because operators can repeat a call. */
const LONGEST_CALL_MS = 5_000;

/**
 * One call of an object, with a time limit. Undefined if it fails or does not answer in time, which the log tells as `silent`; a
 * change may have been made all the same.
 */
export async function askObject<Reply>(
  c: Context<App>,
  silent: RouterEvent,
  call: () => Promise<Reply>,
): Promise<{ reply: Reply } | undefined> {
  const { clock, events } = c.env.composition.deps;
  const tell = (reason: string) => {
    events({ ...silent, requestId: c.env.context.requestId, reason });
    return undefined;
  };
  const asked = async () => ({ reply: await call() });
  try {
    return (await within(asked(), LONGEST_CALL_MS, clock, undefined)) ?? tell('timeout');
  } catch (error) {
    // The name alone: a message may quote what was sent.
    return tell(error instanceof Error ? error.name : 'unknown');
  }
}
