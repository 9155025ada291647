/** Step: reads and checks what the client asks for, and joins it with the caller. It gives named errors and calls no provider. */
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { PRIVATE_IMAGE, privateImage } from '../../protocol/image-hosts.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import { keepShape, LONGEST_KEPT } from '../../protocol/kept-shapes.ts';
import { parseBody } from '../../protocol/parse-body.ts';
import { parseChat } from '../../protocol/parse-chat.ts';
import type { DoorName } from '../../protocol/question.ts';
import { ok, type Refused, type Result, refused } from '../../protocol/result.ts';
import { isTextTooLong, readBody } from '../body/read-body.ts';
import { safeguardAliasOf } from '../core/admission/versions.ts';
import type { CacheDirective } from '../core/answers/cache-directive.ts';
import { isVisitor } from '../core/answers/stream/owner.ts';
import type { HeldBytes } from '../core/bytes-in-flight.ts';
import type { Alias, Config, Feature } from '../core/config/config.ts';
import { type Identity, isPage } from '../core/identity/identity.ts';
import { usableFeatures } from '../core/identity/usable-features.ts';
import { outlineProblem } from '../core/json-outline.ts';
import { NO_OVERRIDES } from '../core/routing/overrides.ts';
import { PLAIN_ROUTE } from '../core/routing/route.ts';
import { DOORS } from '../doors/doors.ts';
import { resolveUser } from '../identity/user.ts';
import { withOverrides } from '../overrides/with-overrides.ts';
import type { Background, Clock, Deps } from '../ports.ts';
import type { Keyed, RoutedRequest } from './request.ts';

/** The question, or the error that refuses it. */
export type RequestResult = Result<RoutedRequest, RouterError>;

const invalidBody = (param: string, detail: string): Refused<RouterError> =>
  refused({ code: 'invalid_body', param, detail });

/** What reading has found out so far, even if the question is refused in the end. */
export interface ReadSoFar {
  feature?: Feature | undefined;
  stream?: boolean;
  /** The alias's name, if the alias exists. */
  alias?: string | undefined;
}

/** What reading a question needs besides the question. */
interface Reading {
  background: Background;
  noted?: ReadSoFar;
  /** Counts the body's bytes; the caller releases it once the request is answered. */
  weight?: HeldBytes;
  /** A clock for the wait for the body. */
  waits?: Clock;
}

/** Reads the question. The body is read only after the caller is known, because anyone can send a body. */
export async function readRequest(
  request: Request,
  door: DoorName,
  identity: Identity,
  deps: Deps,
  { background, noted = {}, weight = deps.bodies.open(), waits = deps.clock }: Reading,
): Promise<RequestResult> {
  const { config } = deps;
  const { headers } = request;
  const { maxBodyBytes, maxImageBodyBytes } = config.router;
  const limits = { textBytes: maxBodyBytes, mediaBytes: Math.max(maxBodyBytes, maxImageBodyBytes) };
  const bodyRead = await readBody(request, limits, waits, weight);
  if (!bodyRead.ok) return bodyRead;
  const text = bodyRead.value;
  const fields = fieldsIn(text);
  if (!fields.ok) return fields;
  const asked = DOORS[door].read(fields.value, headers.get(REQUEST_HEADERS.feature));
  if (!asked.ok) return invalidBody(asked.error.param, asked.error.detail);
  const { body, feature: named, usesOwnAlias } = asked.value;

  const resolved = resolveFeature(named, identity, config);
  if (!resolved.ok) return resolved;
  const feature = resolved.value;
  noted.feature = feature;

  if (usesOwnAlias) body.model = feature.alias;
  const parsed = parseChat(body);
  if (!parsed.ok) return invalidBody(parsed.param, parsed.message);
  const { chat } = parsed;
  noted.stream = chat.stream;
  if (text.length <= LONGEST_KEPT) keepShape('question', [fields.value, chat]);
  if (isTextTooLong(text, chat, maxBodyBytes)) return refused({ code: 'payload_too_large', limitBytes: maxBodyBytes });
  const image = config.router.privateImageUrls ? undefined : privateImage(chat);
  if (image !== undefined) return invalidBody(image, PRIVATE_IMAGE);
  const alias = aliasFor(chat.model, feature, identity, config);
  if (!alias.ok) return alias;
  noted.alias = alias.value.name;
  const user = resolveUser(headers.get(REQUEST_HEADERS.user), chat.user, identity);
  if (typeof user === 'object' && user !== null) return refused(user);
  const cache = cacheWish(headers.get(REQUEST_HEADERS.cache), identity);
  if (!cache.ok) return cache;
  const keyed = keyedBy(headers, feature);
  if (!keyed.ok) return keyed;

  const boardRead = deps.board.ready(background);
  if (boardRead !== undefined) await boardRead;
  const read: RoutedRequest = {
    door,
    identity,
    feature,
    user,
    alias: alias.value,
    safeguardAlias: safeguardAliasOf(feature, config),
    route: PLAIN_ROUTE,
    lists: undefined,
    chat,
    cache: cache.value,
    keyed: keyed.value,
    resume: headers.get(REQUEST_HEADERS.resume),
    promptVersion: slug(headers.get(REQUEST_HEADERS.promptVersion) ?? chat.metadata?.prompt_version),
  };
  const { overrides } = deps.board;
  return ok(overrides === NO_OVERRIDES ? read : withOverrides(read, overrides, config, deps.clock.now()));
}

function fieldsIn(text: string): Result<Json, RouterError> {
  const problem = outlineProblem(text);
  if (problem !== undefined) return invalidBody('', problem);
  let json: unknown;
  try {
    json = parseBody(text);
  } catch (error) {
    return refused({ code: 'invalid_json', detail: breakOf(error, text) });
  }
  return isObject(json) ? ok(json) : invalidBody('', 'must be a JSON object');
}

/** The requested alias. A page may use only its feature's alias, so that it cannot choose a more expensive one. */
function aliasFor(
  model: string,
  feature: Feature,
  identity: Identity,
  { aliases }: Config,
): Result<Alias, RouterError> {
  const alias = aliases.get(model);
  if (alias !== undefined && (!isPage(identity) || alias.name === feature.alias)) return ok(alias);
  const known = isPage(identity) ? [feature.alias] : [...aliases.keys()];
  return refused({ code: 'unknown_alias', alias: model.slice(0, 100), known });
}

/** Accepts a short name only. A longer string, or one with other characters, may be prompt text. */
const slug = (name: string | undefined): string | null =>
  name !== undefined && /^[\w.-]{1,64}$/.test(name) ? name : null;

const NOT_KEYED: Result<Keyed | undefined, RouterError> = ok(undefined);

function keyedBy(headers: Headers, feature: Feature): Result<Keyed | undefined, RouterError> {
  const key = headers.get(REQUEST_HEADERS.idempotencyKey);
  if (key !== null && !/^[\x21-\x7e]{1,256}$/.test(key)) {
    return invalidBody(REQUEST_HEADERS.idempotencyKey, 'must be 1 to 256 visible characters without spaces');
  }
  const visitor = visitorOf(headers);
  if (!visitor.ok) return visitor;
  if (key === null) return NOT_KEYED;
  return ok({
    key,
    visitor: visitor.value,
    resume: feature.resume && headers.get(REQUEST_HEADERS.resume) === '1',
    // A client that has seen no event yet may send an empty header.
    lastEventId: headers.get(REQUEST_HEADERS.lastEventId) || null,
  });
}

const NORMAL: Result<CacheDirective, RouterError> = ok('normal');

function cacheWish(header: string | null, identity: Identity): Result<CacheDirective, RouterError> {
  const wish = header?.trim().toLowerCase();
  if (!wish) return NORMAL;
  if (wish === 'refresh') return isPage(identity) ? refused({ code: 'refresh_not_allowed' }) : ok(wish);
  if (wish === 'no-store') return ok(wish);
  return refused({ code: 'invalid_body', param: REQUEST_HEADERS.cache, detail: 'must be "no-store" or "refresh"' });
}

function resolveFeature(named: unknown, identity: Identity, config: Config): Result<Feature, RouterError> {
  const { allowed, fallback } = usableFeatures(identity, config);
  const name = named === undefined ? fallback : named;
  if (typeof name !== 'string') return refused({ code: 'invalid_body', param: 'feature', detail: 'must be a string' });
  const feature = config.features.get(name);
  if (identity.features !== null && !identity.features.includes(name)) {
    return refused({ code: 'feature_not_allowed', feature: name.slice(0, 100), allowed });
  }
  if (feature !== undefined) return ok(feature);
  return refused({ code: 'unknown_feature', feature: name.slice(0, 100), known: [...config.features.keys()] });
}

const NO_VISITOR: Result<string | null, RouterError> = ok(null);

/** The secret by which a page tells its visitors apart; null if none was sent. */
export function visitorOf(headers: Headers): Result<string | null, RouterError> {
  const visitor = headers.get(REQUEST_HEADERS.visitor);
  if (visitor === null) return NO_VISITOR;
  if (isVisitor(visitor)) return ok(visitor);
  const detail =
    'must be 20 to 128 visible characters without spaces, and random, because anyone who has them can read these answers';
  return refused({ code: 'invalid_body', param: REQUEST_HEADERS.visitor, detail });
}

/** Says where the JSON is broken. It does not repeat the parser's message, which quotes the body, because errors must not hold prompts. */
function breakOf(error: unknown, text: string): string {
  if (text.trim() === '') return 'it is empty';
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? 'it breaks off or holds a stray character' : `it breaks at character ${position}`;
}
