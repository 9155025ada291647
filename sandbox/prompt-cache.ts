import { hashText } from './random.ts';

const BLOCK_TOKENS = 128;
const SMALLEST_PREFIX_TOKENS = 1024;
const CHARACTERS_PER_TOKEN = 4;
const MOST_PREFIXES = 20_000;

/** Remembers which long prompt beginnings came before, in steps of 128 tokens from 1,024 on, as OpenAI does. */
export class PromptCache {
  #seen = new Set<string>();

  lookUpAndKeep(promptText: string): { cachedTokens: number; writtenTokens: number } {
    let chain = '';
    let tokens = 0;
    let cachedTokens = 0;
    const blockLength = BLOCK_TOKENS * CHARACTERS_PER_TOKEN;
    for (let at = 0; at + blockLength <= promptText.length; at += blockLength) {
      chain = `${hashText(chain + promptText.slice(at, at + blockLength))}:${at}`;
      tokens += BLOCK_TOKENS;
      if (tokens < SMALLEST_PREFIX_TOKENS) continue;
      if (this.#seen.has(chain)) cachedTokens = tokens;
      else this.#keep(chain);
    }
    const kept = tokens < SMALLEST_PREFIX_TOKENS ? 0 : tokens;
    return { cachedTokens, writtenTokens: kept - cachedTokens };
  }

  #keep(chain: string): void {
    if (this.#seen.size >= MOST_PREFIXES) this.#seen.clear();
    this.#seen.add(chain);
  }
}
