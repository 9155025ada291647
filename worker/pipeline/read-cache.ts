/** Step: an answer that was given before, where the feature caches them. No fault of the cache may fail a request. */
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

/** What the cache has for a question. */
export type CacheRead =
  /** Not kept here, or not asked for. */
  | { state: 'bypass' }
  | { state: 'fresh'; stored: StoredAnswer }
  /** `keyHash`: where a new answer is to be kept; `stale`: what may serve if there is none. */
  | { state: 'miss'; keyHash: string; stale: StoredAnswer | undefined };

/** A near cache answers at once; one that does not is not waited for. */
const LONGEST_READ_MS = 500;
const BYPASS: CacheResult = ok({ state: 'bypass' });

/** The same, or why the question cannot be looked up. */
export type CacheResult = Result<CacheRead, RouterError>;

/** At once for a feature without a cache, as most are. */
export function readCache(request: RoutedRequest, deps: Deps): CacheResult | Promise<CacheResult> {
  const { feature, cache, route } = request;
  const policy = feature.cache;
  if (policy === undefined || cache === 'no-store' || !isOrdinary(route)) return BYPASS;
  return lookUp(request, policy, deps);
}

async function lookUp(request: RoutedRequest, policy: CachePolicy, deps: Deps): Promise<CacheResult> {
  const { feature, identity, chat, cache } = request;
  // Such a request is refused further down, and its key is that of one without those fields.
  if (deps.config.router.strictParams && chat.strippedFields !== undefined) return BYPASS;
  const { answers, clock } = deps;
  const { tenant } = identity;
  const generation = await answers.generation(tenant, feature.name);
  if (generation === undefined) return BYPASS;
  // A publishable key is public, so the user it is bound to proves nothing.
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
  // A fresh one that was not wanted is better than an error, too.
  return ok({ state: 'miss', keyHash, stale: stored });
}
