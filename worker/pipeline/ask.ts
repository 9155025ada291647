/** What the client asks for: the body read, checked and joined with who asks. Named errors, no upstream call. */
import type { ChatRequest } from '../../protocol/chat.ts';
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { PRIVATE_IMAGE, privateImage } from '../../protocol/image-hosts.ts';
import { isObject } from '../../protocol/json.ts';
import { parseBody } from '../../protocol/parse-body.ts';
import { parseChat } from '../../protocol/parse-chat.ts';
import type { DoorName } from '../../protocol/question.ts';
import { isTextTooLong, readBody } from '../body/read-body.ts';
import { safeguardAliasOf } from '../core/admission/versions.ts';
import { isVisitor } from '../core/answers/stream/owner.ts';
import type { Weight } from '../core/bytes-in-flight.ts';
import type { Alias, Config, Feature } from '../core/config/config.ts';
import { type Identity, isPage } from '../core/identity/identity.ts';
import { usableFeatures } from '../core/identity/usable-features.ts';
import { outlineProblem } from '../core/json-outline.ts';
import { type AliasLists, NO_OVERRIDES } from '../core/routing/overrides.ts';
import { PLAIN_ROUTE, type Route } from '../core/routing/route.ts';
import { DOORS } from '../doors/doors.ts';
import { overridden } from '../overrides/overridden.ts';
import type { Background, Deps } from '../ports.ts';
import { resolveUser } from './user.ts';

export interface RoutedRequest {
  /** The inbound format it came in. */
  door: DoorName;
  identity: Identity;
  feature: Feature;
  user: string | null;
  /** With the deployments now in force. */
  alias: Alias;
  /** Where its feature's safeguard serves instead, with the deployments now in force; undefined: the same alias, or no safeguard. */
  safeguardAlias: Alias | undefined;
  /** What operators have set for it. */
  route: Route;
  /** The alias lists that it was read under; undefined where config's own deployments serve. */
  lists: AliasLists | undefined;
  chat: ChatRequest;
  cache: CacheWish;
  /** Undefined: no `idempotency-key`. */
  keyed: Keyed | undefined;
}

/** Where the answer goes on without its reader (docs/contract.md "Idempotency"). */
export interface Keyed {
  key: string;
  /** As a stream with ids, heartbeats and headers at once; where the feature does not resume, ignored. */
  resume: boolean;
  /** As it was sent; with it nothing is ever started. */
  lastEventId: string | null;
  /** `x-carryon-visitor`, checked; null without one. */
  visitor: string | null;
}

/** `x-carryon-cache`: neither read nor write it; or write it anew. */
export type CacheWish = 'normal' | 'no-store' | 'refresh';

/** Tells people apart, for slow answers; a tenant's unnamed users count as one. */
export const personOf = ({ identity, user }: RoutedRequest): string => `${identity.tenant}/${user ?? ''}`;

export type RequestResult = { ok: true; ask: RoutedRequest } | { ok: false; error: RouterError };

const refuse = (error: RouterError): RequestResult => ({ ok: false, error });
const wrong = (param: string, detail: string): RequestResult => refuse({ code: 'invalid_body', param, detail });

/** `weight` is held by the caller until the request is answered. */
export async function readRequest(
  request: Request,
  door: DoorName,
  identity: Identity,
  deps: Deps,
  background: Background,
  weight: Weight = deps.bodies.open(),
): Promise<RequestResult> {
  const { config } = deps;
  const { maxBodyBytes, maxImageBodyBytes } = config.router;
  const limits = { textBytes: maxBodyBytes, mediaBytes: Math.max(maxBodyBytes, maxImageBodyBytes) };
  // Only now that we know who asks.
  const text = await readBody(request, limits, deps.clock, weight);
  if (typeof text !== 'string') return refuse(text);
  const problem = outlineProblem(text);
  if (problem !== undefined) return wrong('', problem);
  let json: unknown;
  try {
    json = parseBody(text);
  } catch (error) {
    return refuse({ code: 'invalid_json', detail: where(error, text) });
  }
  if (!isObject(json)) return wrong('', 'must be a JSON object');
  const asked = DOORS[door].read(json, request.headers.get(REQUEST_HEADERS.feature));
  if (!asked.ok) return wrong(asked.error.param, asked.error.detail);
  const { body, feature: named, usesOwnAlias } = asked.value;

  const feature = resolveFeature(named, identity, config);
  if ('error' in feature) return refuse(feature.error);

  if (usesOwnAlias) body.model = feature.alias;
  const parsed = parseChat(body);
  if (!parsed.ok) return wrong(parsed.param, parsed.message);
  const { chat } = parsed;
  if (isTextTooLong(text, chat, maxBodyBytes)) return refuse({ code: 'payload_too_large', limitBytes: maxBodyBytes });
  const image = config.router.privateImageUrls ? undefined : privateImage(chat);
  if (image !== undefined) return wrong(image, PRIVATE_IMAGE);
  // A page asks what its feature's alias serves: it cannot pick a dearer one.
  const alias = config.aliases.get(chat.model);
  if (alias === undefined || (isPage(identity) && alias.name !== feature.alias)) {
    const known = isPage(identity) ? [feature.alias] : [...config.aliases.keys()];
    return refuse({ code: 'unknown_alias', alias: chat.model.slice(0, 100), known });
  }
  const user = resolveUser(request.headers.get(REQUEST_HEADERS.user), chat.user, identity);
  if (typeof user === 'object' && user !== null) return refuse(user);
  const cache = cacheWish(request.headers.get(REQUEST_HEADERS.cache), identity);
  if (typeof cache !== 'string') return refuse(cache);
  const key = request.headers.get(REQUEST_HEADERS.idempotencyKey);
  if (key !== null && !/^[\x21-\x7e]{1,256}$/.test(key)) {
    return wrong(REQUEST_HEADERS.idempotencyKey, 'must be 1 to 256 visible characters without spaces');
  }
  const visitor = visitorOf(request.headers);
  if (typeof visitor === 'object' && visitor !== null) return refuse(visitor);
  const keyed = key === null ? undefined : keyedAs(key, visitor, request.headers, feature);
  const reading = deps.board.ready(background);
  if (reading !== undefined) await reading;
  const safeguardAlias = safeguardAliasOf(feature, config);
  const ask: RoutedRequest = {
    door,
    identity,
    feature,
    user,
    alias,
    safeguardAlias,
    route: PLAIN_ROUTE,
    lists: undefined,
    chat,
    cache,
    keyed,
  };
  const { overrides } = deps.board;
  return { ok: true, ask: overrides === NO_OVERRIDES ? ask : overridden(ask, overrides, config, deps.clock.now()) };
}

const keyedAs = (key: string, visitor: string | null, headers: Headers, feature: Feature): Keyed => ({
  ...{ key, visitor },
  resume: feature.resume && headers.get(REQUEST_HEADERS.resume) === '1',
  // Clients that have seen nothing yet may send it empty.
  lastEventId: headers.get(REQUEST_HEADERS.lastEventId) || null,
});

function cacheWish(header: string | null, identity: Identity): CacheWish | RouterError {
  const wish = header?.trim().toLowerCase();
  if (!wish) return 'normal';
  if (wish === 'refresh') return isPage(identity) ? { code: 'refresh_not_allowed' } : wish;
  if (wish === 'no-store') return wish;
  return { code: 'invalid_body', param: REQUEST_HEADERS.cache, detail: 'must be "no-store" or "refresh"' };
}

function resolveFeature(named: unknown, identity: Identity, config: Config): Feature | { error: RouterError } {
  const { allowed, fallback } = usableFeatures(identity, config);
  const name = named === undefined ? fallback : named;
  if (typeof name !== 'string') return { error: { code: 'invalid_body', param: 'feature', detail: 'must be a text' } };
  const feature = config.features.get(name);
  if (identity.features !== null && !identity.features.includes(name)) {
    return { error: { code: 'feature_not_allowed', feature: name.slice(0, 100), allowed } };
  }
  return (
    feature ?? { error: { code: 'unknown_feature', feature: name.slice(0, 100), known: [...config.features.keys()] } }
  );
}

/** What tells one visitor of a page from another; null where none was sent. */
export function visitorOf(headers: Headers): string | null | RouterError {
  const visitor = headers.get(REQUEST_HEADERS.visitor);
  if (visitor === null || isVisitor(visitor)) return visitor;
  const detail =
    'must be 20 to 128 visible characters without spaces, and random, because anyone who has them can read these answers';
  return { code: 'invalid_body', param: REQUEST_HEADERS.visitor, detail };
}

/** Where JSON breaks, without repeating the body: the parser's message quotes it, and prompts do not belong into errors. */
function where(error: unknown, text: string): string {
  if (text.trim() === '') return 'it is empty';
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? 'it breaks off or holds a stray character' : `it breaks at character ${position}`;
}
