/** Step 1: who asks. Junk is refused before any I/O; nobody names a user without a secret key. */
import type { RouterError } from '../../protocol/errors.ts';
import type { Config } from '../core/config/config.ts';
import { type Identity, isExpired, LOCAL_IDENTITY } from '../core/identity/identity.ts';
import { within } from '../core/within.ts';
import type { Deps } from '../ports.ts';
import { mayCall } from './local-mode.ts';

export type Identified = { ok: true; identity: Identity } | { ok: false; error: RouterError };

const refuse = (error: RouterError): Identified => ({ ok: false, error });

/** The store is near; where it does not answer, nobody is let in and nobody waits for long. */
const LONGEST_LOOK_UP_MS = 2_000;

export async function identify(
  headers: Headers,
  { identities, clock, config }: Pick<Deps, 'identities' | 'clock'> & { config: Pick<Config, 'origins'> },
): Promise<Identified> {
  const key = credential(headers);
  if (key === undefined) return refuse({ code: 'missing_key', isMalformed: headers.has('authorization') });
  let identity: Identity | undefined | 'unavailable';
  try {
    const found = identities.find(key);
    identity =
      found instanceof Promise ? await within(found, LONGEST_LOOK_UP_MS, clock, 'unavailable' as const) : found;
  } catch {
    identity = 'unavailable';
  }
  if (identity === 'unavailable') return refuse({ code: 'key_store_unavailable', retryAfterMs: 2_000 });
  if (identity === undefined) return refuse({ code: 'invalid_key' });
  if (isExpired(identity, clock.now())) return refuse({ code: 'key_expired' });
  const origin = headers.get('origin');
  if (identity.kind === 'secret') {
    // Everybody knows the local key, so only pages of this machine may use it, and those that config names.
    const isStrange = origin !== null && !mayCall(origin, config.origins, true);
    if (identity === LOCAL_IDENTITY && isStrange) return refuse({ code: 'origin_not_allowed', origin });
    return origin !== null && !identity.browser ? refuse({ code: 'browser_not_allowed' }) : { ok: true, identity };
  }
  if (origin === null || !identity.origins.includes(origin)) return refuse({ code: 'origin_not_allowed', origin });
  return { ok: true, identity };
}

/** `authorization: Bearer …`, or `x-api-key`. */
function credential(headers: Headers): string | undefined {
  const authorization = headers.get('authorization');
  if (authorization !== null) {
    const bearer = /^bearer +(\S+)\s*$/i.exec(authorization);
    if (bearer !== null) return bearer[1];
  }
  return headers.get('x-api-key')?.trim() || undefined;
}
