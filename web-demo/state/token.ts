/** The token that questions are sent with: asked for once, and again before it ends. */

export interface Token {
  token: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** A new one is asked for this long before the old one ends, so that no answer outlives it on its way. */
const AHEAD_MS = 60_000;

/** `mint`: undefined where none could be had, such as offline. One call at a time, however many wait for it. */
export function tokens(mint: () => Promise<Token | undefined>, now: () => number) {
  let held: Token | undefined;
  let minting: Promise<Token | undefined> | undefined;
  return async (isRefused = false): Promise<string | null> => {
    if (held !== undefined && !isRefused && held.expiresAt - AHEAD_MS > now()) return held.token;
    minting ??= mint()
      .catch(() => undefined)
      .finally(() => {
        minting = undefined;
      });
    held = (await minting) ?? held;
    // Offline an old one will do: travel mode answers by itself, and asks for another when the router is back.
    return held?.token ?? null;
  };
}
