import type { AnswerUsage, Ask } from './ask.ts';
import { hashText } from './random.ts';
import { countInputTokens } from './tokens.ts';

const BLOCK_TOKENS = 128;
const SMALLEST_PREFIX_TOKENS = 1024;
const CHARACTERS_PER_TOKEN = 4;
const MOST_PREFIXES = 20_000;

type Cached = Pick<AnswerUsage, 'cachedTokens' | 'writtenTokens'>;

/** Remembers which long beginnings of prompts have come before. */
export class PromptCache {
  #seen = new Set<string>();

  lookUpAndKeep({ cacheable, promptText }: Pick<Ask, 'cacheable' | 'promptText'>): Cached {
    return cacheable === 'in steps' ? this.#inSteps(promptText) : this.#atMarks(cacheable);
  }

  /** Caches in steps of 128 tokens from 1,024 on, as OpenAI does. OpenAI neither reports nor charges writes. */
  #inSteps(promptText: string): Cached {
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
    return { cachedTokens, writtenTokens: 0 };
  }

  /** Caches up to each mark with 1,024 tokens before it, as Anthropic does. Tokens that no earlier mark has read are written. */
  #atMarks(beginnings: readonly string[]): Cached {
    let cachedTokens = 0;
    let keptTokens = 0;
    for (const beginning of beginnings) {
      const tokens = countInputTokens(beginning, 0);
      if (tokens < SMALLEST_PREFIX_TOKENS) continue;
      const key = `${hashText(beginning)}:${beginning.length}`;
      keptTokens = tokens;
      if (this.#seen.has(key)) cachedTokens = tokens;
      else this.#keep(key);
    }
    return { cachedTokens, writtenTokens: keptTokens - cachedTokens };
  }

  #keep(key: string): void {
    if (this.#seen.size >= MOST_PREFIXES) this.#seen.clear();
    this.#seen.add(key);
  }
}
