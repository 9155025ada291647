export type KeyKind = 'secret' | 'publishable';

/** Who asks, as every later step sees it. */
export interface Identity {
  tenant: string;
  /** The key that asks, or that made the token; of a sign-in's token the sign-in (`signInId`). */
  keyId: string;
  /** `token`: of a person who has signed in. */
  kind: KeyKind | 'token';
  /** The user a key is bound to, or a token names; otherwise a secret key may name one per request. */
  user: string | null;
  /** The features it may use; null for all. */
  features: readonly string[] | null;
  tier: string | null;
  /** A secret key that may be used from a page. */
  browser: boolean;
  /** A publishable key's pages. */
  origins: readonly string[];
  /** Epoch milliseconds; null: it has no end. Judged at each use, because isolates remember identities. */
  expiresAt: number | null;
  /** The id of the drill that the key was made for. */
  drill?: string | undefined;
}

export const isExpired = ({ expiresAt }: Pick<Identity, 'expiresAt'>, now: number): boolean =>
  expiresAt !== null && now >= expiresAt;

export const expiredError = ({ kind }: Pick<Identity, 'kind'>): { code: 'key_expired' | 'token_expired' } => ({
  code: kind === 'token' ? 'token_expired' : 'key_expired',
});

/** Asks from a page: it chooses no alias, and learns neither provider nor cost unless config shows them. */
export const isPage = ({ kind }: Pick<Identity, 'kind'>): boolean => kind !== 'secret';

/** What a secret key or a signed token says of its user is true; a publishable key is in everybody's hands. */
export const vouchesForUser = ({ kind }: Pick<Identity, 'kind'>): boolean => kind !== 'publishable';

/** A virtual key as KV holds it, under the hash of the key. */
export interface KeyRecord extends Omit<Identity, 'keyId' | 'kind'> {
  kind: KeyKind;
  id: string;
  /** What its maker calls it. */
  name: string | null;
  createdAt: number;
  revokedAt: number | null;
}

export const identityOf = ({ id, name, createdAt, revokedAt, ...record }: KeyRecord): Identity => ({
  ...record,
  keyId: id,
});

/** What every token's identity has. */
export const PERSON = { kind: 'token', browser: false, origins: [] } as const;

/** The key of `npm start`; it exists only where `CARRYON_LOCAL` is set. */
export const LOCAL_CLIENT_KEY = 'sk-local-dev-key';
export const LOCAL_ADMIN_KEY = 'sk-local-admin-key';
export const LOCAL_IDENTITY: Identity = {
  tenant: 'local',
  keyId: 'local',
  kind: 'secret',
  user: null,
  features: null,
  tier: null,
  browser: true,
  origins: [],
  expiresAt: null,
};
