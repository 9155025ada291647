/** What an answer says of how long a browser may keep it: its feature's `travelTtl`, as `cache-control`. */
import { isOrdinary } from '../core/routing/route.ts';
import type { RoutedRequest } from '../pipeline/request.ts';

export const NO_STORE = 'no-store';

/** For an answer that is whole, as far as is known when its headers are written; for anything else `NO_STORE`. */
export function cacheControlOf({ feature, cache, keyed, route }: RoutedRequest, mode: string): string {
  const { travelTtlSeconds } = feature;
  // What comes after an event that was seen is no whole answer.
  const isRest = keyed !== undefined && keyed.lastEventId !== null;
  if (travelTtlSeconds === 0 || mode !== 'normal' || !isOrdinary(route) || cache === 'no-store' || isRest)
    return NO_STORE;
  return `private, stale-if-error=${travelTtlSeconds}`;
}
