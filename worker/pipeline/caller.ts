/** Who asks, on every path that a page may call, and whether its address has asked too often. */
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { countedAddress } from '../core/identity/address.ts';
import { WINDOW_MS } from '../core/identity/call-rate.ts';
import type { Background, Deps } from '../ports.ts';
import { type Identified, identify } from './identify.ts';

/** `start`: it may start an answer. `read`: it starts nothing, so there may be more of them. */
export type Errand = 'start' | 'read';
const READS_PER_START = 10;

export async function identifyCaller(
  request: Request,
  errand: Errand,
  deps: Deps,
  background: Background,
): Promise<Identified> {
  const identified = await identify(request, deps, background);
  // Everybody has the key of a page, so only the address tells its callers apart.
  if (!identified.ok || identified.identity.kind !== 'publishable') return identified;
  const error = await addressRefusal(request, errand, deps);
  return error === undefined ? identified : { ok: false, error };
}

async function addressRefusal(request: Request, errand: Errand, deps: Deps): Promise<RouterError | undefined> {
  const address = addressOf(request, deps);
  if (address === undefined) return undefined;
  const { callRate, platformRate, clock, config } = deps;
  const { publishableRate } = config.router;
  const isRead = errand === 'read' || startsNothing(request.headers);
  const cap = isRead ? publishableRate * READS_PER_START : publishableRate;
  // The platform counts for all isolates of a place, coarsely.
  if (!isRead && (await platformRate?.(address)) === false) return refusal(cap, WINDOW_MS);
  const waitMs = callRate.take(`${isRead ? 'read' : 'start'} ${address}`, cap, clock.now());
  return waitMs === 0 ? undefined : refusal(cap, waitMs);
}

/**
 * Cloudflare writes `cf-connecting-ip` itself. Elsewhere a client could, so only a header that config names counts, or in local
 * mode this one.
 */
function addressOf(request: Request, { config }: Deps): string | undefined {
  // Plain workerd has a `cf` too, with the peer of the connection: behind a proxy that is the same for everybody.
  const { cf } = request as { cf?: { colo?: unknown } | null };
  const name = typeof cf?.colo === 'string' ? 'cf-connecting-ip' : config.router.addressHeader;
  const written = name === undefined ? null : request.headers.get(name);
  return written === null ? undefined : countedAddress(written);
}

/** The rest of an answer under a key: of one that is not known nothing is started. */
const startsNothing = (headers: Headers): boolean =>
  headers.has(REQUEST_HEADERS.idempotencyKey) && Boolean(headers.get(REQUEST_HEADERS.lastEventId));

const refusal = (cap: number, retryAfterMs: number): RouterError => ({
  code: 'rate_limit_exceeded',
  scope: 'address',
  limit: 'rpm',
  ...{ cap, retryAfterMs, neverFits: false },
});
