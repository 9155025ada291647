/** The token that questions are sent with. It is fetched once, and again before it expires. */

export interface Token {
  token: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** A new token is fetched this long before the old one expires, so that no token expires on its way. */
const AHEAD_MS = 60_000;

/**
 * `mint` returns undefined if nobody is signed in, and rejects if no token could be obtained. It is called once at a time, however many
 * callers wait. The returned function gives null for nobody. Without a network it may give an old token or an empty one, because travel
 * mode then answers by itself, and asks for another token when the router is back.
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
