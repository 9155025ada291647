/** The token that questions are sent with: asked for once, and again before it ends. */

export interface Token {
  token: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** A new one is fetched this long before the old one ends, so that no answer outlives it in transit. */
const AHEAD_MS = 60_000;

/**
 * `mint`: undefined if nobody is signed in; it rejects if no token could be obtained. One call at a time, however many wait for it.
 * Returns null for nobody. Without a network an old token will do, and so will an empty one: travel mode answers by itself, and asks for
 * another when the router is back.
 */
export function tokens(mint: () => Promise<Token | undefined>, now: () => number) {
  let held: Token | undefined;
  let minting: Promise<Token | undefined> | undefined;
  return async (isRefused = false): Promise<string | null> => {
    if (held !== undefined && !isRefused && held.expiresAt - AHEAD_MS > now()) return held.token;
    minting ??= mint().finally(() => {
      minting = undefined;
    });
    try {
      held = (await minting) ?? held;
      return held?.token ?? null;
    } catch {
      return held?.token ?? '';
    }
  };
}
