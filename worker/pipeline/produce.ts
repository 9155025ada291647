/** Step: admit, then plan → attempt (first-to-answer.ts), until an answer begins or no provider is left to ask. */
import { cooldownsOf } from '../core/answers/carryon-field.ts';
import { edgeMode } from '../core/routing/route.ts';
import { boardFor } from '../overrides/routed.ts';
import type { Clock, Deps } from '../ports.ts';
import { withOwnCacheKey } from '../upstream/outgoing.ts';
import { admit } from './admit.ts';
import { CLIENT_GONE, firstToAnswer } from './first-to-answer.ts';
import type { BegunOutcome, RefusedOutcome } from './outcome.ts';
import { newTrail, type RequestContext, type RoutedRequest } from './request.ts';

/**
 * Asks providers until one of them begins to answer. When it returns a refusal, the lease is already closed. `waits` is a clock for
 * consecutive waits, of which only one runs at a time.
 */
export async function produce(
  given: RoutedRequest,
  links: Deps,
  context: RequestContext,
  waits: Clock = links.clock,
): Promise<BegunOutcome | RefusedOutcome> {
  const deps = routedDeps(given, links);
  // The time is counted from here, when the whole request has arrived. A slow upload takes nothing of the providers' time.
  const deadlineAt = deps.clock.now() + deps.config.router.totalTimeoutMs;
  const cacheKey = given.chat.rest.prompt_cache_key ?? undefined;
  const asked = cacheKey === undefined ? given : await withOwnCacheKey(given, cacheKey, deps);
  const admitting = admit(asked, deps, context);
  const admitted = admitting instanceof Promise ? await admitting : admitting;
  const { limited } = admitted;
  if (!admitted.ok)
    return { kind: 'refused', error: admitted.error, limited, chargedMicroUsd: 0, isAlone: admitted.isAlone };
  const { version, lease } = admitted;
  const trail = newTrail(edgeMode(given.route, version.mode));
  context.admitted?.(limited, trail.mode);
  const request: RoutedRequest = { ...asked, alias: version.alias, chat: version.chat };
  const isGone = context.gone?.aborted === true;
  try {
    const found = isGone
      ? CLIENT_GONE
      : await firstToAnswer({
          request,
          admission: admitted,
          deadlineAt,
          trail,
          isLeaseUsed: false,
          deps,
          context,
          waits,
        });
    trail.cooldowns = cooldownsOf(deps.board.candidates(request.alias.deployments), deps.clock.now());
    if (found.kind === 'answered') {
      const { answer, deployment, startedAt } = found;
      if (answer.kind === 'stream') lease.outliveLine();
      return { kind: 'begun', request, admission: admitted, answer, deployment, startedAt, trail };
    }
    lease.close();
    return { kind: 'refused', error: found.error, trail, limited, chargedMicroUsd: lease.spentMicroUsd };
  } catch (error) {
    lease.abandon();
    throw error;
  }
}

function routedDeps(request: RoutedRequest, deps: Deps): Deps {
  const board = boardFor(request, deps);
  return board === deps.board ? deps : { ...deps, board };
}
