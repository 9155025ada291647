/** A small call to the router. A dead line would hold the worker's event open, so it has a time limit. */
import { PROBE_LIMIT_MS } from './core/patience.ts';
import type { Rim } from './rim.ts';
import { watched, within } from './watch.ts';

/** What `read` makes of the answer; undefined if none came in time. The connection is closed afterwards. */
export async function shortCall<T>(
  rim: Pick<Rim, 'after' | 'fetch'>,
  url: string | URL,
  init: RequestInit,
  read: (response: Response) => T | Promise<T>,
): Promise<T | undefined> {
  const line = new AbortController();
  const asked = rim.fetch(new Request(url, { ...init, signal: line.signal })).then(read);
  const answer = await watched(rim, asked, within(PROBE_LIMIT_MS));
  line.abort();
  return answer.kind === 'came' ? answer.value : undefined;
}
