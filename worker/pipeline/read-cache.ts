/** Step 2: an answer that was given already, where the feature keeps them. Nothing of it may fail a request. */
import type { RouterError } from '../../protocol/errors.ts';
import { answerKeyText } from '../core/answers/answer-key-text.ts';
import { freshness } from '../core/answers/freshness.ts';
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import { vouchesForUser } from '../core/identity/identity.ts';
import { within } from '../core/within.ts';
import type { Deps } from '../ports.ts';
import type { RoutedRequest } from './ask.ts';

export type CacheRead =
  /** Not kept here, or not asked for. */
  | { state: 'bypass' }
  | { state: 'fresh'; stored: StoredAnswer }
  /** `keyHash`: where a new answer is to be kept; `stale`: what may serve if there is none. */
  | { state: 'miss'; keyHash: string; stale: StoredAnswer | undefined };

/** A near cache answers at once; one that does not is not waited for. */
const LONGEST_READ_MS = 500;
/** Most features keep no answers: not worth a turn of the event loop. */
export const BYPASS: CacheRead = { state: 'bypass' };

export async function readCache(ask: RoutedRequest, deps: Deps): Promise<CacheRead | { error: RouterError }> {
  const { feature, identity, chat, cache } = ask;
  const policy = feature.cache;
  if (policy === undefined || cache === 'no-store') return BYPASS;
  // Such a request is refused further down, and its key is that of one without those fields.
  if (deps.config.router.strictParams && chat.strippedFields !== undefined) return BYPASS;
  const { answers, clock } = deps;
  const { tenant } = identity;
  const generation = await answers.generation(tenant, feature.name);
  if (generation === undefined) return BYPASS;
  // Everybody has a publishable key, so the user it is bound to is nobody's proof.
  const user = vouchesForUser(identity) ? ask.user : null;
  const key = answerKeyText({ chat, tenant, user, feature: feature.name, generation, policy });
  if (key === undefined) return BYPASS;
  if (!key.ok) return { error: { code: 'invalid_body', param: key.param, detail: key.message } };
  const keyHash = await answers.hash(key.text);
  const found = answers.get(keyHash, tenant);
  const stored = found instanceof Promise ? await within(found, LONGEST_READ_MS, clock, undefined) : found;
  const age = stored && freshness({ storedAt: stored.storedAt, now: clock.now(), policy });
  if (stored === undefined || age === 'gone') return { state: 'miss', keyHash, stale: undefined };
  if (age === 'fresh' && cache === 'normal') return { state: 'fresh', stored };
  // A fresh one that was not wanted is better than an error, too.
  return { state: 'miss', keyHash, stale: stored };
}
