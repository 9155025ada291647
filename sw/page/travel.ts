/** The entry of `/travel.js`, the module for pages. */
import type * as contract from '../../public/travel.d.ts';
import { PageTravel } from './page-travel.ts';

/** A page has one worker and one person at a time, so it has one of these. */
let travel: PageTravel | undefined;

export const travelMode: typeof contract.travelMode = async ({ worker = '/sw.js', person, getToken }) => {
  if (person !== null && (typeof person !== 'string' || person === ''))
    throw new TypeError('travelMode: person must be an id (a string that is not empty), or null for nobody.');
  if (getToken !== undefined && typeof getToken !== 'function')
    throw new TypeError('travelMode: getToken must be a function that returns a token.');
  travel ??= new PageTravel(worker, new URL(import.meta.url).origin);
  await travel.begin(person, getToken);
  return travel;
};
