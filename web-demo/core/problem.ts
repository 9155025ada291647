/**
 * The kinds of failure that have words of their own. The router has many codes, but a person needs to know only which of these kinds it is.
 */

export type ProblemKind =
  | 'budget'
  | 'rate'
  | 'providerRate'
  | 'providers'
  | 'busy'
  | 'cut'
  | 'signIn'
  | 'notAllowed'
  | 'notConfigured'
  | 'offline'
  | 'unreachable'
  | 'unreadable'
  | 'tooLarge'
  | 'expired'
  | 'cancelled'
  | 'unknown';

const KINDS: Readonly<Record<string, ProblemKind>> = {
  budget_exceeded: 'budget',
  rate_limit_exceeded: 'rate',
  rate_limited_by_provider: 'providerRate',
  providers_unavailable: 'providers',
  deadline_exceeded: 'providers',
  overloaded: 'busy',
  ledger_unavailable: 'busy',
  stream_unavailable: 'busy',
  key_store_unavailable: 'busy',
  sign_in_unavailable: 'busy',
  stream_lost: 'cut',
  stream_interrupted: 'cut',
  stream_not_found: 'cut',
  no_token: 'signIn',
  missing_key: 'signIn',
  invalid_key: 'signIn',
  key_expired: 'signIn',
  invalid_token: 'signIn',
  token_expired: 'signIn',
  token_not_allowed: 'signIn',
  access_revoked: 'signIn',
  browser_not_allowed: 'notAllowed',
  origin_not_allowed: 'notAllowed',
  user_not_allowed: 'notAllowed',
  feature_not_allowed: 'notAllowed',
  refresh_not_allowed: 'notAllowed',
  not_configured: 'notConfigured',
  offline: 'offline',
  unreachable: 'unreachable',
  unreadable: 'unreadable',
  payload_too_large: 'tooLarge',
  context_length_exceeded: 'tooLarge',
  feature_cap_exceeded: 'tooLarge',
  expired: 'expired',
  cancelled: 'cancelled',
  idempotency_expired: 'expired',
};

export const problemKind = (code: string): ProblemKind =>
  Object.hasOwn(KINDS, code) ? (KINDS[code] ?? 'unknown') : 'unknown';

/** True if asking the same question again can help. */
export const canAskAgain = (kind: ProblemKind): boolean => kind !== 'signIn' && kind !== 'notAllowed';

/** True if no reply came at all, because the network or the router is away. */
export const isAway = ({ code }: { code: string }): boolean => {
  const kind = problemKind(code);
  return kind === 'offline' || kind === 'unreachable';
};
