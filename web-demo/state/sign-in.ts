/** The three ways to sign in that the demo's settings know. Each gives a person and a source of tokens. */
import type { DemoSettings } from '../core/settings.ts';
import { readClaims, shownName } from '../core/token.ts';
import type { Ports } from './ports.ts';
import type { Memory } from './settings.ts';
import { type Token, tokens } from './token.ts';

export interface SignedIn {
  /** The person for travel mode; null for nobody. */
  person: string | null;
  /** The name to show; null if the person has none. */
  name: string | null;
  token(isRefused?: boolean): Promise<string | null>;
}

interface SignInParts {
  ports: Pick<Ports, 'fetch' | 'now'>;
  settings: DemoSettings;
  memory: Memory;
  newPerson(): string;
  readSettings(): Promise<DemoSettings | undefined>;
  /** Called if the team's own server now names another person. This page sends nothing for them, and must be reloaded. */
  onOtherPerson(): void;
}

const NEVER = Number.POSITIVE_INFINITY;
/** The lifetime assumed of a token that does not say when it ends. */
const SHORTEST_MS = 5 * 60_000;

export async function signIn(parts: SignInParts): Promise<SignedIn> {
  const { ports, settings, memory, newPerson, readSettings, onOtherPerson } = parts;
  switch (settings.signIn) {
    case 'off':
      return { person: null, name: null, token: async () => null };
    case 'local': {
      const person = memory.person(newPerson);
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ person });
      const mint = async () =>
        reading(await ports.fetch('/demo/token', { method: 'POST', headers, body }), ports.now());
      return { person, name: null, token: tokens(mint, ports.now) };
    }
    case 'publishable': {
      let { key } = settings;
      // A refused key may have been replaced by a new one.
      const mint = async (): Promise<Token> => {
        const read = await readSettings();
        if (read?.signIn === 'publishable') key = read.key;
        return { token: key, expiresAt: NEVER };
      };
      const renewed = tokens(mint, ports.now);
      return {
        ...{ person: memory.person(newPerson), name: null },
        token: async (isRefused) => (isRefused ? renewed(true) : key),
      };
    }
    case 'token': {
      let isNobody = false;
      /** The person of this page; undefined until it is known. */
      let person: string | null | undefined;
      const mint = async () => {
        const response = await ports.fetch(settings.tokenUrl, { credentials: 'include' });
        isNobody = response.status === 401 || response.status === 403;
        const read = await reading(response, ports.now());
        const { person: named } = readClaims(read?.token ?? '', atob);
        // Another person has signed in meanwhile. What this page shows, keeps and sends is not theirs.
        if (person === undefined || named === null || named === person) return read;
        onOtherPerson();
        return undefined;
      };
      const token = tokens(mint, ports.now);
      const claims = readClaims((await token()) ?? '', atob);
      // If the browser is offline, the last visit's person finds what is kept, unless their sign-in has ended.
      person = claims.person ?? (isNobody ? null : (memory.knownPerson ?? null));
      if (claims.person !== null) memory.keepPerson(claims.person);
      return { person, name: person === null ? null : shownName(person), token };
    }
  }
}

/** Reads `{token, expiresAt}`. A team's own server may leave out what the token itself says. */
async function reading(response: Response, now: number): Promise<Token | undefined> {
  if (response.status >= 500) throw new Error(`A token was asked for, and the answer was ${response.status}.`);
  if (!response.ok) return undefined;
  const { token, expiresAt } = (await response.json()) as { token?: unknown; expiresAt?: unknown };
  if (typeof token !== 'string') return undefined;
  const told = typeof expiresAt === 'number' ? expiresAt : null;
  return { token, expiresAt: readClaims(token, atob).expiresAt ?? told ?? now + SHORTEST_MS };
}
