/** Step: looks for an earlier answer, if the feature caches answers. A fault of the cache never fails a request. */
import type { RouterError } from '../../protocol/errors.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import { answerKeyText } from '../core/answers/answer-key-text.ts';
import type { CachePolicy } from '../core/answers/cache-policy.ts';
import { freshness } from '../core/answers/freshness.ts';
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import { vouchesForUser } from '../core/identity/identity.ts';
import { isOrdinary } from '../core/routing/route.ts';
import { within } from '../core/within.ts';
import type { Deps } from '../ports.ts';
import type { RoutedRequest } from './request.ts';

/** What the cache holds for a question. */
export type CacheRead =
  /** The cache is not used for this question. */
  | { state: 'bypass' }
  | { state: 'fresh'; stored: StoredAnswer }
  /** A new answer will be kept under `keyHash`. `stale` may be given if there is no new answer. */
  | { state: 'miss'; keyHash: string; stale: StoredAnswer | undefined };

/** The cache is near and answers at once. After this time the request goes on without it. */
const LONGEST_READ_MS = 500;
const BYPASS: CacheResult = ok({ state: 'bypass' });

/** What the cache holds, or the error that says why the question cannot be looked up. */
export type CacheResult = Result<CacheRead, RouterError>;

/** Reads the cache. It needs no I/O for a feature without a cache, and most features have none. */
export function readCache(request: RoutedRequest, deps: Deps): CacheResult | Promise<CacheResult> {
  const { feature, cache, route } = request;
  const policy = feature.cache;
  if (policy === undefined || cache === 'no-store' || !isOrdinary(route)) return BYPASS;
  return lookUp(request, policy, deps);
}

async function lookUp(request: RoutedRequest, policy: CachePolicy, deps: Deps): Promise<CacheResult> {
  const { feature, identity, chat, cache } = request;
  // Such a request is refused later. Its answer key is the same as without those fields, so a cached answer would hide the refusal.
  if (deps.config.router.strictParams && chat.strippedFields !== undefined) return BYPASS;
  const { answers, clock } = deps;
  const { tenant } = identity;
  const generation = await answers.generation(tenant, feature.name);
  if (generation === undefined) return BYPASS;
  // A publishable key is public, so it does not prove who the user is.
  const user = vouchesForUser(identity) ? request.user : null;
  const key = answerKeyText({ chat, tenant, user, feature: feature.name, generation, policy });
  if (key === undefined) return BYPASS;
  if (!key.ok) return refused({ code: 'invalid_body', param: key.param, detail: key.message });
  const keyHash = await answers.hash(key.text);
  const found = answers.get(keyHash, tenant);
  const stored = found instanceof Promise ? await within(found, LONGEST_READ_MS, clock, undefined) : found;
  const age = stored && freshness({ storedAt: stored.storedAt, now: clock.now(), policy });
  if (stored === undefined || age === 'gone') return ok({ state: 'miss', keyHash, stale: undefined });
  if (age === 'fresh' && cache === 'normal') return ok({ state: 'fresh', stored });
  // A client that asked for a new answer still gets the fresh copy instead of an error.
  return ok({ state: 'miss', keyHash, stale: stored });
}
