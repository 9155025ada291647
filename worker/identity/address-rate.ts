/** Limits how often one address may ask with publishable keys. Such a key is public, so only the address tells its callers apart. */
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { countedAddress } from '../core/identity/address.ts';
import { WINDOW_MS } from '../core/identity/call-rate.ts';
import { within } from '../core/within.ts';
import type { Deps } from '../ports.ts';

/** A call with the purpose `start` may start an answer. One with `read` starts nothing, so more of them are allowed. */
export type CallPurpose = 'start' | 'read';
const READS_PER_START = 10;
/** The platform's counter is near. If it does not answer in this time, only the isolate's own count applies. */
const LONGEST_COUNT_MS = 500;

/** Returns undefined if the address may ask, or is unknown. */
export async function addressRefusal(
  request: Request,
  purpose: CallPurpose,
  deps: Deps,
): Promise<RouterError | undefined> {
  const address = addressOf(request, deps);
  if (address === undefined) return undefined;
  const { callRate, platformRate, clock, config } = deps;
  const { publishableRate } = config.router;
  const isRead = purpose === 'read' || startsNothing(request.headers);
  const cap = isRead ? publishableRate * READS_PER_START : publishableRate;
  // The platform counts roughly, for all isolates of a location.
  const counting = isRead ? undefined : platformRate?.(address);
  if (counting && !(await within(counting, LONGEST_COUNT_MS, clock, true))) return refusal(cap, WINDOW_MS);
  const waitMs = callRate.take(`${isRead ? 'read' : 'start'} ${address}`, cap, clock.now());
  return waitMs === 0 ? undefined : refusal(cap, waitMs);
}

/**
 * The caller's address. Cloudflare writes `cf-connecting-ip` itself. Elsewhere a client could write it, so only a header that config
 * names counts, or in local mode `cf-connecting-ip`.
 */
function addressOf(request: Request, { config }: Deps): string | undefined {
  // Plain workerd has a `cf` too, with the peer of the connection. Behind a proxy that is the same for every caller.
  const { cf } = request as { cf?: { colo?: unknown } | null };
  const name = typeof cf?.colo === 'string' ? 'cf-connecting-ip' : config.router.addressHeader;
  const written = name === undefined ? null : request.headers.get(name);
  return written === null ? undefined : countedAddress(written);
}

/** True for a call that asks for the rest of a keyed answer. If the key is unknown, such a call starts nothing. */
const startsNothing = (headers: Headers): boolean =>
  headers.has(REQUEST_HEADERS.idempotencyKey) && Boolean(headers.get(REQUEST_HEADERS.lastEventId));

const refusal = (cap: number, retryAfterMs: number): RouterError => ({
  code: 'rate_limit_exceeded',
  scope: 'address',
  limit: 'rpm',
  ...{ cap, retryAfterMs, neverFits: false },
});
