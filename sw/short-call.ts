/** A small call to the router. A dead line would hold the worker's event open, so it has a time limit. */
import { PROBE_LIMIT_MS } from './core/patience.ts';
import type { Platform } from './platform.ts';
import { awaitWatched, within } from './watch.ts';

/** What `read` makes of the answer; undefined if none came in time. The connection is closed afterwards. */
export async function shortCall<T>(
  platform: Pick<Platform, 'after' | 'fetch'>,
  url: string | URL,
  init: RequestInit,
  read: (response: Response) => T | Promise<T>,
): Promise<T | undefined> {
  const line = new AbortController();
  const asked = platform.fetch(new Request(url, { ...init, signal: line.signal })).then(read);
  const answer = await awaitWatched(platform, asked, within(PROBE_LIMIT_MS));
  line.abort();
  return answer.kind === 'came' ? answer.value : undefined;
}
