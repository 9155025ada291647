/** How long a browser may keep an answer: its feature's `travelTtl`, as `cache-control`. */
import { isOrdinary } from '../core/routing/route.ts';
import type { RoutedRequest } from '../pipeline/request.ts';

/** For whatever no browser may keep. */
export const NO_STORE = 'no-store';

/** For an answer that is whole, as far as is known when its headers are written; anything else gets `NO_STORE`. */
export function cacheControlOf({ feature, cache, keyed, route }: RoutedRequest, mode: string): string {
  const { travelTtlSeconds } = feature;
  // The events after one that was seen are not a whole answer.
  const isRest = keyed !== undefined && keyed.lastEventId !== null;
  if (travelTtlSeconds === 0 || mode !== 'normal' || !isOrdinary(route) || cache === 'no-store' || isRest)
    return NO_STORE;
  return `private, stale-if-error=${travelTtlSeconds}`;
}
