/** The tokens of any image. OpenAI charges this for one of 1024 x 1024 in high detail. */
export const IMAGE_TOKENS = 765;

/** Counts input without a tokenizer. Four bytes a token is the average for English, and any client can check the count. */
export function countInputTokens(text: string, imageCount: number): number {
  return Math.max(1, Math.ceil(Buffer.byteLength(text) / 4)) + imageCount * IMAGE_TOKENS;
}

/** Splits text into pieces like a model's tokens: a short word with its space, a part of a long word, or one sign. */
export function splitTokens(text: string): string[] {
  return text.match(/ ?[\p{L}\p{M}\p{N}]{1,7}|[\s\S]/gu) ?? [];
}
