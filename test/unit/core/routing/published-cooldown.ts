import type { PublishedCooldown } from '../../../../worker/core/routing/board.ts';

/** A cooldown of ten seconds, as `HealthBoard` published it at `at`. */
export const publishedCooldown = (at: number, more: Partial<PublishedCooldown> = {}): PublishedCooldown => ({
  until: at + 10_000,
  askedUntil: 0,
  since: at,
  cause: 'server_error',
  failures: 4,
  version: 1,
  at,
  ...more,
});
