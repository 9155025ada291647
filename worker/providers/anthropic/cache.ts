import { jsonBytes } from '../../core/pricing/json-bytes.ts';

/**
 * The fewest tokens that any model caches (platform.claude.com, prompt caching, November 2026: 512 to 4,096 tokens by model). A token
 * has at least one byte. Below a model's own minimum Anthropic ignores a mark, and charges nothing for it.
 */
const LEAST_CACHED_TOKENS = 512;

/** Without a `ttl` the prompt is cached for five minutes, at the list's `cacheWrite` price. */
const MARK = { cache_control: { type: 'ephemeral' } };

/** Marks the end of what will be sent again: the tools, and the instructions after them. Uses two of the four marks allowed. */
export function markPromptCache(body: Record<string, unknown>): void {
  // Config allows this field, which caches the whole prompt. A cache of an hour must not follow one of five minutes.
  if (body.cache_control !== undefined) return;
  let bytes = 0;
  for (const name of ['tools', 'system']) {
    const blocks = body[name];
    if (!Array.isArray(blocks) || blocks.length === 0) continue;
    bytes += jsonBytes(blocks);
    if (bytes >= LEAST_CACHED_TOKENS) body[name] = blocks.with(-1, { ...blocks.at(-1), ...MARK });
  }
}
