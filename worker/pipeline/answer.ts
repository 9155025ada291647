/**
 * One request, one straight line. Each step is a file of the same name:
 *
 *   identify  who asks: junk is refused before any I/O
 *   ask       what for: the body read and checked, feature, alias and user named
 *   read-cache  an answer that was given already, where the feature keeps them
 *   produce   admit → plan → attempt: an answer begins, or everybody was asked
 *   respond   the answer at once; meter books what it used and cost when it ends
 *
 * A request with an idempotency key, or of a feature that keeps answers, takes another way from read-cache on: attach, whose
 * object runs produce itself, once for all who ask the same.
 */

import type { DoorName } from '../../protocol/question.ts';
import type { Weight } from '../core/bytes-in-flight.ts';
import { edgeMode, isOrdinary } from '../core/routing/route.ts';
import type { Deps } from '../ports.ts';
import { respondStored, servesStale } from '../response/respond-stored.ts';
import { tellResume } from '../response/resume-wish.ts';
import { type RoutedRequest, readRequest } from './ask.ts';
import { attach, sharesAnswer } from './attach.ts';
import { identifyCaller } from './caller.ts';
import { produce } from './produce.ts';
import { BYPASS, readCache } from './read-cache.ts';
import type { RequestContext } from './request-context.ts';
import { refusal, respond } from './respond.ts';

export async function answer(request: Request, door: DoorName, deps: Deps, scope: RequestContext): Promise<Response> {
  const weight = deps.bodies.open();
  try {
    return await line(request, door, deps, scope, weight);
  } finally {
    weight.release();
  }
}

async function line(
  request: Request,
  door: DoorName,
  deps: Deps,
  scope: RequestContext,
  weight: Weight,
): Promise<Response> {
  const identified = await identifyCaller(request, 'start', deps, scope.background);
  if (!identified.ok) return refusal(identified.error, scope);

  const asked = await readRequest(request, door, identified.identity, deps, scope.background, weight);
  if (!asked.ok) return refusal(asked.error, scope);
  scope.timing.mark('identify');

  const { ask } = asked;
  return tellResume(request.headers, ask, tellMode(ask, await answerTo(ask, request.signal, deps, scope)));
}

/**
 * A 200 says how it was made: for a kept answer that may be another mode than this request's. A refusal says its request's mode,
 * and so does every answer to a drill's request, because a drill is counted by them.
 */
function tellMode({ route }: RoutedRequest, response: Response): Response {
  const isOfRequest = route.drill || (response.status >= 400 && !isOrdinary(route));
  if (isOfRequest) response.headers.set('x-carryon-mode', edgeMode(route, 'normal'));
  return response;
}

async function answerTo(ask: RoutedRequest, signal: AbortSignal, deps: Deps, scope: RequestContext): Promise<Response> {
  const seesProvider = deps.showsProvider(ask.identity);
  const cached = ask.feature.cache === undefined || !isOrdinary(ask.route) ? BYPASS : await readCache(ask, deps);
  if ('error' in cached) return refusal(cached.error, scope);
  if (cached.state === 'fresh' && ask.keyed === undefined)
    return respondStored(cached.stored, ask, seesProvider, scope);
  if (ask.keyed !== undefined || sharesAnswer(ask, cached)) {
    const attached = await attach(ask, cached, signal, deps, scope);
    if (attached !== undefined) return attached;
    if (cached.state === 'fresh') return respondStored(cached.stored, ask, seesProvider, scope);
  }

  const produced = await produce(ask, deps, scope);
  const stale = cached.state === 'miss' ? cached.stale : undefined;
  if (stale !== undefined && !produced.ok && servesStale(stale, produced.error, ask, deps)) {
    return respondStored(stale, ask, seesProvider, scope, produced.error);
  }
  return respond(produced, cached, seesProvider, deps, scope);
}
