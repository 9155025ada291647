/** The rest of a stream whose connection broke: asked for by the stream's id, with the credential of the question. */
import { REQUEST_HEADERS } from '../protocol/headers.ts';
import type { Asked } from './asked.ts';
import { isOurs, RESUME_HEADERS_MS } from './decisions.ts';
import type { Outgoing } from './send.ts';
import type { Shell } from './shell.ts';
import type { Resumed } from './stream.ts';
import { neverAlive, watched } from './watch.ts';

/** Who asked, and so who owns the stream. */
const OWNER_HEADERS = ['authorization', 'x-api-key', REQUEST_HEADERS.user, REQUEST_HEADERS.visitor];

/** Not there, not ours, or not allowed: asking again changes nothing. */
const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;

export function resuming(
  { router, rim, tabs }: Shell,
  { clientId, person }: Asked,
  { headers: sent, credentials }: Outgoing,
  streamId: string,
): (lastId: string | undefined, signal: AbortSignal) => Promise<Resumed> {
  const headers = new Headers();
  for (const name of OWNER_HEADERS) {
    const value = sent.get(name);
    if (value !== null) headers.set(name, value);
  }
  const url = `${router}/ai/streams/${streamId}`;
  let hasNewToken = false;

  return async function resume(lastId, signal): Promise<Resumed> {
    if (lastId !== undefined) headers.set(REQUEST_HEADERS.lastEventId, lastId);
    const line = new AbortController();
    signal.addEventListener('abort', () => line.abort(), { once: true });
    const request = new Request(url, {
      headers,
      credentials,
      redirect: 'error',
      cache: 'no-store',
      signal: line.signal,
    });
    const head = await watched(rim, rim.fetch(request), RESUME_HEADERS_MS, neverAlive);
    const response = head !== 'silent' && 'value' in head ? head.value : undefined;
    const isRouter = response !== undefined && isOurs(response.headers.get('x-request-id'));
    tabs.connection = isRouter ? 'online' : rim.isOnline() ? 'unreachable' : 'offline';
    if (response?.ok && isRouter && response.body) return { body: response.body };
    line.abort();
    if (response === undefined || !isRouter || !isFinal(response.status)) return 'again';
    if (response.status !== 401 || hasNewToken) return 'never';
    // The token has ended while the answer was being written. Its page is asked for another, once.
    hasNewToken = true;
    const token = await tabs.token(person, clientId);
    if (token === null) return 'never';
    headers.delete('x-api-key');
    headers.set('authorization', `Bearer ${token}`);
    return resume(lastId, signal);
  };
}
