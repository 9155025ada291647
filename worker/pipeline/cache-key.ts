/**
 * Tenants share a provider's account, and `prompt_cache_key` chooses a part of its prompt cache. Sent on as a hash of tenant and
 * key, it names nobody else's part. SHA-256 in hex is as long as OpenAI lets a key be.
 */
import type { Deps } from '../ports.ts';
import type { RoutedRequest } from './ask.ts';

export async function withOwnCacheKey(
  ask: RoutedRequest,
  key: unknown,
  { answers }: Pick<Deps, 'answers'>,
): Promise<RoutedRequest> {
  const hash = await answers.hash(JSON.stringify(['prompt-cache-key', ask.identity.tenant, key]));
  return { ...ask, chat: { ...ask.chat, rest: { ...ask.chat.rest, prompt_cache_key: hash } } };
}
