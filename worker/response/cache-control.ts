/** Writes how long a browser may keep an answer, which is its feature's `travelTtl`, as `cache-control`. */
import { isOrdinary } from '../core/routing/route.ts';
import type { RoutedRequest } from '../pipeline/request.ts';

/** The value for a response that no browser may keep. */
export const NO_STORE = 'no-store';

/** The value for an answer that may become whole, as far as is known when its headers are written. Any other gets `NO_STORE`. */
export function cacheControlOf({ feature, cache, keyed, route }: RoutedRequest, mode: string): string {
  const { travelTtlSeconds } = feature;
  // A read that names its last event gets only the rest of an answer.
  const isRest = keyed !== undefined && keyed.lastEventId !== null;
  if (travelTtlSeconds === 0 || mode !== 'normal' || !isOrdinary(route) || cache === 'no-store' || isRest)
    return NO_STORE;
  return `private, stale-if-error=${travelTtlSeconds}`;
}
