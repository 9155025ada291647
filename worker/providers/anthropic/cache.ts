import { jsonBytes } from '../../core/pricing/json-bytes.ts';

/**
 * No model caches fewer tokens (platform.claude.com, prompt caching, November 2026: 512 to 4,096 by model), and no token is less
 * than a byte. Between this and a model's own minimum Anthropic passes a mark over, and charges nothing for it.
 */
const LEAST_CACHED_TOKENS = 512;

/** Without a `ttl` it is kept for five minutes, whose price a list's `cacheWrite` is. */
const MARK = { cache_control: { type: 'ephemeral' } };

/** Marks where what comes again ends: the tools, and the instructions behind them. Two of the four marks there may be. */
export function markPromptCache(body: Record<string, unknown>): void {
  // Let through by config: it marks the whole prompt by itself, and an hour of its own must not follow our five minutes.
  if (body.cache_control !== undefined) return;
  let bytes = 0;
  for (const name of ['tools', 'system']) {
    const blocks = body[name];
    if (!Array.isArray(blocks) || blocks.length === 0) continue;
    bytes += jsonBytes(blocks);
    if (bytes >= LEAST_CACHED_TOKENS) body[name] = blocks.with(-1, { ...blocks.at(-1), ...MARK });
  }
}
