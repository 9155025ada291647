import type { Context } from 'hono';
import { within } from '../core/within.ts';
import type { App } from '../edge.ts';

type RouterEvent = Parameters<App['Bindings']['composition']['deps']['events']>[0];

/** The time limit is short, because operators can repeat a call. */
const LONGEST_CALL_MS = 5_000;

/**
 * Calls an object, with a time limit. Undefined if the call fails or is not answered in time; then the log gets the event `silent`.
 * Even then a change may have been made.
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
    // Only the name is logged, because the message may quote what was sent.
    return tell(error instanceof Error ? error.name : 'unknown');
  }
}
