/** Step 1: who asks. Junk is refused before any I/O; nobody names a user without a secret key or a signed token. */
import type { RouterError } from '../../protocol/errors.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import type { Config } from '../core/config/config.ts';
import { expiredError, type Identity, isExpired, LOCAL_IDENTITY } from '../core/identity/identity.ts';
import { isOwnOrigin } from '../core/identity/own-origin.ts';
import { looksLikeToken } from '../core/identity/token-claims.ts';
import { within } from '../core/within.ts';
import type { Background, Deps } from '../ports.ts';
import { mayCall } from './local-mode.ts';

export type Identified = { ok: true; identity: Identity } | { ok: false; error: RouterError };

const refuse = (error: RouterError): Identified => ({ ok: false, error });

/** The store is near; where it does not answer, nobody is let in and nobody waits for long. */
const LONGEST_LOOK_UP_MS = 2_000;

type Who = Pick<Deps, 'identities' | 'tokens' | 'clock' | 'isLocal'> & {
  config: Pick<Config, 'origins' | 'publicUrl'>;
};

/** `background`: what a sign-in's keys are read anew in, behind the response. */
export async function identify(
  { method, headers }: Pick<Request, 'method' | 'headers'>,
  deps: Who,
  background: Background,
): Promise<Identified> {
  const sent = credential(headers);
  if (sent === undefined) return refuse({ code: 'missing_key', isMalformed: headers.has('authorization') });
  const found = looksLikeToken(sent) ? await deps.tokens.find(sent, background) : await ofKey(sent, deps);
  if (!found.ok) return found;
  const identity = found.value;
  if (isExpired(identity, deps.clock.now())) return refuse(expiredError(identity));
  const origin = headers.get('origin');
  const problem = origin === null ? undefined : pageProblem(identity, origin, headers.get('host'), deps);
  if (problem !== undefined) return refuse(problem);
  if (origin === null && identity.kind === 'publishable') {
    const isOwnPage = method === 'GET' && comesFromOwnPage(identity, headers, deps);
    if (!isOwnPage) return refuse({ code: 'origin_not_allowed', origin });
  }
  return { ok: true, identity };
}

async function ofKey(key: string, { identities, clock }: Who): Promise<Result<Identity, RouterError>> {
  let identity: Identity | undefined | 'unavailable';
  try {
    const found = identities.find(key);
    identity =
      found instanceof Promise ? await within(found, LONGEST_LOOK_UP_MS, clock, 'unavailable' as const) : found;
  } catch {
    identity = 'unavailable';
  }
  if (identity === 'unavailable') return refused({ code: 'key_store_unavailable', retryAfterMs: 2_000 });
  return identity === undefined ? refused({ code: 'invalid_key' }) : ok(identity);
}

/** Why pages of this origin may not ask in this identity's name. */
function pageProblem(
  identity: Identity,
  origin: string,
  host: string | null,
  { config, isLocal }: Who,
): RouterError | undefined {
  const strange: RouterError = { code: 'origin_not_allowed', origin };
  if (identity.kind === 'publishable') return identity.origins.includes(origin) ? undefined : strange;
  if (identity.kind === 'token') {
    const isOwn = isOwnOrigin(origin, host, config.publicUrl);
    return isOwn || mayCall(origin, config.origins, isLocal) ? undefined : strange;
  }
  // Everybody knows the local key, so only pages of this machine may use it, and those that config names.
  if (identity === LOCAL_IDENTITY && !mayCall(origin, config.origins, true)) return strange;
  return identity.browser ? undefined : { code: 'browser_not_allowed' };
}

/** A page's GET to its own origin has no `Origin`; browsers say where it comes from in a header that no page can set. */
function comesFromOwnPage({ origins }: Identity, headers: Headers, { config }: Who): boolean {
  const host = headers.get('host');
  const isSameOrigin = headers.get('sec-fetch-site') === 'same-origin';
  return isSameOrigin && origins.some((origin) => isOwnOrigin(origin, host, config.publicUrl));
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
