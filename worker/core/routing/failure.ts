/**
 * How an attempt can fail, who is to blame, and what follows. This is decided once, where the failure is classified (docs/contract.md
 * "Blame").
 */
import type { RouterError } from '../../../protocol/errors.ts';

/** Whose fault a failure is: the caller's, this region's, or the deployment's. */
export type Blame = 'request' | 'region' | 'deployment';

/** What a failure does to the deployment's health. */
export type CooldownRule =
  /** No effect, as for the caller's own faults. */
  | 'none'
  /** One counted failure. More than `allowedFails` begin a cooldown. */
  | 'count'
  /** A slow answer. It begins a cooldown only as a share of the attempts of at least two users, or as one of many in a row. */
  | 'share'
  /** A cooldown until the time that the provider named. */
  | 'asked'
  /** A long cooldown, with an alert, because an operator has to act. */
  | 'long'
  /** A cooldown in this isolate only, because its region is refused and others may not be. */
  | 'isolate';

/** Each kind of failure, by what was seen on the wire. `FAILURE_RULES` explains them. */
export type FailureKind =
  | 'unreachable'
  | 'silent'
  | 'slow'
  | 'stalled'
  | 'cut'
  | 'malformed'
  | 'lost'
  | 'server_error'
  | 'redirected'
  | 'rate_limited'
  | 'no_money'
  | 'bad_key'
  | 'no_model'
  | 'region'
  | 'bad_request'
  | 'too_long'
  | 'unsupported'
  | 'flagged';

/** One failed attempt. */
export interface Failure {
  kind: FailureKind;
  /** The provider's HTTP status, if one came. */
  status?: number;
  /** A sentence that a client may read. It names no key and no host. */
  message: string;
  /** The provider's own `code` and `param`. The client gets them if the fault is its own. */
  code?: string | null;
  param?: string | null;
  /** How long the provider asked to be left alone. */
  retryAfterMs?: number;
  /** True if the provider may charge for this attempt although it failed. */
  mayBeBilled: boolean;
}

interface Rule {
  blame: Blame;
  cooldown: CooldownRule;
  /** True if the same deployment may be tried again in this request. */
  sameAgain: boolean;
  /** True if another deployment may be tried in this request. */
  elsewhere: boolean;
}

/**
 * What each kind of failure means. Sources: the providers' documentation, and the retry rules of both official SDKs.
 * - unreachable: refused, reset, DNS or TLS; nothing came back
 * - silent: no headers of a stream in time; slow: no content, or no whole answer, in time; stalled: content, then silence;
 *   cut: ended early
 * - malformed: not JSON, the wrong shape, HTML, empty; redirected: a 3xx, never followed
 * - lost: an event in the middle of a healthy stream could not be read, so the answer may lack some of its text
 * - too_long, unsupported: for this model, so another model may take the request; flagged: refused by a content filter, so
 *   no other deployment is asked
 * An attempt that `mayBeBilled` is never repeated on the same deployment while another can be asked, whatever `sameAgain` says.
 */
export const FAILURE_RULES: Readonly<Record<FailureKind, Rule>> = {
  unreachable: { blame: 'deployment', cooldown: 'count', sameAgain: true, elsewhere: true },
  silent: { blame: 'deployment', cooldown: 'count', sameAgain: false, elsewhere: true },
  slow: { blame: 'deployment', cooldown: 'share', sameAgain: false, elsewhere: true },
  stalled: { blame: 'deployment', cooldown: 'count', sameAgain: false, elsewhere: true },
  cut: { blame: 'deployment', cooldown: 'count', sameAgain: true, elsewhere: true },
  malformed: { blame: 'deployment', cooldown: 'count', sameAgain: true, elsewhere: true },
  lost: { blame: 'deployment', cooldown: 'none', sameAgain: false, elsewhere: true },
  server_error: { blame: 'deployment', cooldown: 'count', sameAgain: true, elsewhere: true },
  redirected: { blame: 'deployment', cooldown: 'count', sameAgain: false, elsewhere: true },
  rate_limited: { blame: 'deployment', cooldown: 'asked', sameAgain: true, elsewhere: true },
  no_money: { blame: 'deployment', cooldown: 'long', sameAgain: false, elsewhere: true },
  bad_key: { blame: 'deployment', cooldown: 'long', sameAgain: false, elsewhere: true },
  no_model: { blame: 'deployment', cooldown: 'long', sameAgain: false, elsewhere: true },
  region: { blame: 'region', cooldown: 'isolate', sameAgain: false, elsewhere: true },
  bad_request: { blame: 'request', cooldown: 'none', sameAgain: false, elsewhere: false },
  too_long: { blame: 'request', cooldown: 'none', sameAgain: false, elsewhere: true },
  unsupported: { blame: 'request', cooldown: 'none', sameAgain: false, elsewhere: true },
  flagged: { blame: 'request', cooldown: 'none', sameAgain: false, elsewhere: false },
};

/**
 * What a client is told about a failure that is not its own fault. A provider's own words are not passed on, because they may name
 * accounts, hosts and keys, and pages must not learn who serves.
 */
export const FAILURE_SENTENCES: Readonly<Record<FailureKind, string>> = {
  unreachable: 'The provider could not be reached.',
  silent: 'The provider did not answer in time.',
  slow: 'The provider sent no content in time.',
  stalled: 'The provider fell silent in the middle of its answer.',
  cut: 'The provider’s answer ended before it was complete.',
  malformed: 'The provider’s answer could not be read.',
  lost: 'Part of the provider’s answer could not be read.',
  server_error: 'The provider failed.',
  redirected: 'The provider answered with a redirect, which is not followed.',
  rate_limited: 'The provider is rate limiting this account.',
  no_money: 'The provider says that this account is out of money.',
  bad_key: 'The provider does not accept the key.',
  no_model: 'The provider does not know the model.',
  region: 'The provider refuses this region.',
  bad_request: 'The provider refused the request.',
  too_long: 'The request is too long for the model.',
  unsupported: 'The model does not support what the request asks for.',
  flagged: 'The provider’s content filter refused the request.',
};

/** The sentence for a client. A provider's own words may name it and its models, so only clients that may see the provider get them. */
export const shownSentence = ({ kind, message }: Pick<Failure, 'kind' | 'message'>, seesProvider: boolean): string =>
  seesProvider ? message : FAILURE_SENTENCES[kind];

/** The error that ends a stream that a provider broke off, or whose reader took too long. */
export function interruptionError(failure: Failure): RouterError {
  const code = 'stream_interrupted';
  return { code, detail: shownSentence(failure, true), page: { code, detail: shownSentence(failure, false) } };
}

/** A 2xx that is not an answer. The provider may have generated tokens before it failed. */
export const malformedFailure = (message: string): Failure => ({
  kind: 'malformed',
  status: 200,
  message,
  mayBeBilled: true,
});
