/** Reads whose a token is and when it expires. Only the router checks the token. */

export interface TokenClaims {
  /** The token's person as `TENANT/SUB`, because equal user names of two tenants are different people. */
  person: string | null;
  /** Epoch milliseconds. */
  expiresAt: number | null;
}

/** `decode`: turns base64 into a string with one character for each byte, as `atob` does. */
export function readClaims(token: string, decode: (base64: string) => string): TokenClaims {
  try {
    const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = decode(part.padEnd(Math.ceil(part.length / 4) * 4, '='));
    const text = decodeURIComponent(Array.from(bytes, (one) => `%${hex(one.charCodeAt(0))}`).join(''));
    const claims = JSON.parse(text) as { sub?: unknown; tenant?: unknown; exp?: unknown };
    const tenant = typeof claims.tenant === 'string' ? claims.tenant : '';
    return {
      person: typeof claims.sub === 'string' && claims.sub !== '' ? `${tenant}/${claims.sub}` : null,
      expiresAt: typeof claims.exp === 'number' ? claims.exp * 1_000 : null,
    };
  } catch {
    return { person: null, expiresAt: null };
  }
}

/** The name that is shown for a person. */
export const shownName = (person: string): string => person.slice(person.indexOf('/') + 1);

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
