/** Why a deployment is in cooldown, in a few words. */
import type { FailureKind } from '../../../worker/core/routing/failure.ts';

const CAUSES: Readonly<Record<FailureKind, string>> = {
  unreachable: 'could not be reached',
  silent: 'no reply in time',
  slow: 'no content in time',
  stalled: 'fell silent in an answer',
  cut: 'ended answers early',
  malformed: 'replies that cannot be read',
  lost: 'lost an event of an answer',
  server_error: 'server errors (5xx)',
  redirected: 'redirects instead of answers',
  rate_limited: 'its own rate limit (429)',
  no_money: 'the account is empty',
  bad_key: 'our key is refused (401)',
  no_model: 'does not have the model',
  region: 'refuses this region',
  bad_request: 'refuses our requests',
  too_long: 'refuses long requests',
  unsupported: 'does not support the request',
  flagged: 'its content filter',
};

/** The words for a cause. An unknown cause is shown as it is. */
export const causeText = (cause: string): string =>
  Object.hasOwn(CAUSES, cause) ? CAUSES[cause as FailureKind] : cause;
