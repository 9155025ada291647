/** The entry of `/travel.js`, the module for pages. */
import type { Travel, TravelOptions } from './contract.ts';
import { PageTravel } from './page-travel.ts';

export type { QueuedQuestion, Travel, TravelEvents, TravelOptions } from './contract.ts';

/** A page has one worker and one person at a time, so it has one of these. */
let travel: PageTravel | undefined;

/**
 * Resolves when the worker handles this page's requests. Called again it changes the person. Where there can be no service worker it
 * resolves too, says so on the console, and the page's requests go straight to the router.
 */
export async function travelMode(options: TravelOptions): Promise<Travel> {
  const { worker = '/sw.js', person, getToken } = options;
  if (person !== null && (typeof person !== 'string' || person === ''))
    throw new TypeError('travelMode: person must be an id (a string that is not empty), or null for nobody.');
  if (getToken !== undefined && typeof getToken !== 'function')
    throw new TypeError('travelMode: getToken must be a function that returns a token.');
  travel ??= new PageTravel(worker, new URL(import.meta.url).origin);
  await travel.begin(person, getToken);
  return travel;
}
