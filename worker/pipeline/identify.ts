/** Step: finds the caller. Malformed credentials are refused before any I/O. Only a secret key or a signed token can name a user. */
import type { RouterError } from '../../protocol/errors.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import type { Config } from '../core/config/config.ts';
import { expiredError, type Identity, isExpired, LOCAL_IDENTITY } from '../core/identity/identity.ts';
import { isOwnOrigin } from '../core/identity/own-origin.ts';
import { looksLikeToken } from '../core/identity/token-claims.ts';
import { within } from '../core/within.ts';
import { addressRefusal, type CallPurpose } from '../identity/address-rate.ts';
import { mayCall } from '../identity/local-mode.ts';
import type { Background, Deps } from '../ports.ts';

/** The caller, or why it is refused. */
export type Identified = Result<Identity, RouterError>;

/** The store is near. If it does not answer in this time, the caller is refused. */
const LONGEST_LOOK_UP_MS = 2_000;

type Links = Pick<Deps, 'identities' | 'tokens' | 'clock' | 'isLocal'> & {
  config: Pick<Config, 'origins' | 'publicUrl'>;
};

type Asking = Pick<Request, 'method' | 'headers'>;

/** Identifies the caller on a path that pages may call. A publishable key is refused if the caller's address asks too often. */
export function identifyCaller(
  request: Request,
  purpose: CallPurpose,
  deps: Deps,
  background: Background,
): Identified | Promise<Identified> {
  const identified = identify(request, deps, background);
  return identified instanceof Promise
    ? identified.then((one) => boundedByAddress(one, request, purpose, deps))
    : boundedByAddress(identified, request, purpose, deps);
}

function boundedByAddress(
  identified: Identified,
  request: Request,
  purpose: CallPurpose,
  deps: Deps,
): Identified | Promise<Identified> {
  if (!identified.ok || identified.value.kind !== 'publishable') return identified;
  return addressRefusal(request, purpose, deps).then((error) => (error === undefined ? identified : refused(error)));
}

/**
 * Identifies the caller. A key that this isolate knows needs no I/O. `background` lets a sign-in's key set be read again behind the
 * response.
 */
export function identify(request: Asking, deps: Links, background: Background): Identified | Promise<Identified> {
  const { headers } = request;
  const sent = credential(headers);
  if (sent === undefined) return refused({ code: 'missing_key', isMalformed: headers.has('authorization') });
  const found = looksLikeToken(sent) ? deps.tokens.find(sent, background) : findKey(sent, deps);
  return found instanceof Promise ? found.then((one) => checked(one, request, deps)) : checked(found, request, deps);
}

/** Refuses a credential that has expired, or that may not be used from this origin. */
function checked(found: Identified, request: Asking, deps: Links): Identified {
  if (!found.ok) return found;
  const { headers } = request;
  const identity = found.value;
  if (isExpired(identity, deps.clock.now())) return refused(expiredError(identity));
  const origin = headers.get('origin');
  const problem = origin === null ? undefined : pageProblem(identity, origin, headers.get('host'), deps);
  if (problem !== undefined) return refused(problem);
  if (origin === null && identity.kind === 'publishable') {
    const isOwnPage = request.method === 'GET' && comesFromOwnPage(identity, headers, deps);
    if (!isOwnPage) return refused({ code: 'origin_not_allowed', origin });
  }
  return ok(identity);
}

function findKey(key: string, { identities, clock }: Links): Identified | Promise<Identified> {
  try {
    const found = identities.find(key);
    if (!(found instanceof Promise)) return identifiedAs(found);
    return within(found.then(identifiedAs), LONGEST_LOOK_UP_MS, clock, UNAVAILABLE).catch(() => UNAVAILABLE);
  } catch {
    return UNAVAILABLE;
  }
}

const identifiedAs = (identity: Identity | undefined): Identified =>
  identity === undefined ? refused({ code: 'invalid_key' }) : ok(identity);

const UNAVAILABLE: Identified = refused({ code: 'key_store_unavailable', retryAfterMs: 2_000 });

/** Returns the error if pages of this origin may not use this identity. */
function pageProblem(
  identity: Identity,
  origin: string,
  host: string | null,
  { config, isLocal }: Links,
): RouterError | undefined {
  const notAllowed: RouterError = { code: 'origin_not_allowed', origin };
  if (identity.kind === 'publishable') return identity.origins.includes(origin) ? undefined : notAllowed;
  if (identity.kind === 'token') {
    const isOwn = isOwnOrigin(origin, host, config.publicUrl);
    return isOwn || mayCall(origin, config.origins, isLocal) ? undefined : notAllowed;
  }
  // The local key is public, so only pages of this machine may use it, and those that config names.
  if (identity === LOCAL_IDENTITY && !mayCall(origin, config.origins, true)) return notAllowed;
  return identity.browser ? undefined : { code: 'browser_not_allowed' };
}

/** A page's GET to its own origin has no `Origin`. Browsers name its source in another header, `sec-fetch-site`, which no page can set. */
function comesFromOwnPage({ origins }: Identity, headers: Headers, { config }: Links): boolean {
  const host = headers.get('host');
  const isSameOrigin = headers.get('sec-fetch-site') === 'same-origin';
  return isSameOrigin && origins.some((origin) => isOwnOrigin(origin, host, config.publicUrl));
}

/** The credential in `authorization: Bearer …` or `x-api-key`. */
function credential(headers: Headers): string | undefined {
  const authorization = headers.get('authorization');
  if (authorization !== null) {
    const bearer = /^bearer +(\S+)\s*$/i.exec(authorization);
    if (bearer !== null) return bearer[1];
  }
  return headers.get('x-api-key')?.trim() || undefined;
}
