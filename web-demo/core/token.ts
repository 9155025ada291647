/** What a page may read of a token: whose it is, and until when. Only the router checks it. */

export interface TokenClaims {
  sub: string | null;
  /** Epoch milliseconds. */
  expiresAt: number | null;
}

/** `decode`: base64 to bytes as characters, as `atob` does. */
export function readClaims(token: string, decode: (base64: string) => string): TokenClaims {
  try {
    const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = decode(part.padEnd(Math.ceil(part.length / 4) * 4, '='));
    const text = decodeURIComponent(Array.from(bytes, (one) => `%${hex(one.charCodeAt(0))}`).join(''));
    const claims = JSON.parse(text) as { sub?: unknown; exp?: unknown };
    return {
      sub: typeof claims.sub === 'string' && claims.sub !== '' ? claims.sub : null,
      expiresAt: typeof claims.exp === 'number' ? claims.exp * 1_000 : null,
    };
  } catch {
    return { sub: null, expiresAt: null };
  }
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
