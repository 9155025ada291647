/** A server's key (`secret`), or a key that pages hold (`publishable`). */
export type KeyKind = 'secret' | 'publishable';

/** The caller, as every later step sees it. */
export interface Identity {
  tenant: string;
  /** The key that was sent, or that minted the token. For a token of a sign-in, it is the sign-in (`signInId`). */
  keyId: string;
  /** `token`: a user who has signed in. */
  kind: KeyKind | 'token';
  /** The user that the key is bound to or that the token names. Null if there is none. A secret key may then name one in each request. */
  user: string | null;
  /** The features that the caller may use. Null if it may use all. */
  features: readonly string[] | null;
  tier: string | null;
  /** True for a secret key that may be used from a page. */
  browser: boolean;
  /** The origins of the pages that may use a publishable key. */
  origins: readonly string[];
  /** Epoch milliseconds. Null if the credential never expires. Checked at each use, because isolates remember identities. */
  expiresAt: number | null;
  /** The id of the drill that the key was made for. */
  drill?: string | undefined;
}

/** Whether the key or token has expired. */
export const isExpired = ({ expiresAt }: Pick<Identity, 'expiresAt'>, now: number): boolean =>
  expiresAt !== null && now >= expiresAt;

/** The refusal of an expired key or token. */
export const expiredError = ({ kind }: Pick<Identity, 'kind'>): { code: 'key_expired' | 'token_expired' } => ({
  code: kind === 'token' ? 'token_expired' : 'key_expired',
});

/** Whether a page is calling. A page chooses no alias, and learns neither provider nor cost unless config says so. */
export const isPage = ({ kind }: Pick<Identity, 'kind'>): boolean => kind !== 'secret';

/** Whether the credential proves who the user is. Secret keys and signed tokens do, but publishable keys are public. */
export const vouchesForUser = ({ kind }: Pick<Identity, 'kind'>): boolean => kind !== 'publishable';

/** A virtual key as KV holds it, under the hash of the key. */
export interface KeyRecord extends Omit<Identity, 'keyId' | 'kind'> {
  kind: KeyKind;
  id: string;
  /** The key's label. */
  name: string | null;
  createdAt: number;
  revokedAt: number | null;
}

/** The caller that a key's record describes. */
export const identityOf = ({ id, name, createdAt, revokedAt, ...record }: KeyRecord): Identity => ({
  ...record,
  keyId: id,
});

/** The parts of an identity that are the same for every token. */
export const PERSON = { kind: 'token', browser: false, origins: [] } as const;

/** The client key of local mode. No deployed router knows it. */
export const LOCAL_CLIENT_KEY = 'sk-local-dev-key';
/** The admin key of local mode. */
export const LOCAL_ADMIN_KEY = 'sk-local-admin-key';
/** The caller behind `LOCAL_CLIENT_KEY`. */
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
