/** Fetches the rest of a stream whose connection broke, by the stream's id and with the credential of the question. */
import { REQUEST_HEADERS } from '../protocol/headers.ts';
import { endsKey, routerErrorIn } from './core/asking.ts';
import { HEADERS_MS } from './core/patience.ts';
import { isOurs, resumeVerdict } from './core/verdict.ts';
import type { Platform } from './platform.ts';
import type { Resumed } from './stream.ts';
import { awaitWatched, within } from './watch.ts';
import { answeredBy, headersNamed } from './wire.ts';

/** The headers of the question that say who sent it. Its sender owns the stream. */
const OWNER_HEADERS = ['authorization', 'x-api-key', REQUEST_HEADERS.user, REQUEST_HEADERS.visitor];

export interface ResumePorts {
  router: string;
  platform: Platform;
  /** A new token of the same person. */
  token(): Promise<string | null>;
  /** Whether an attempt reached the router. */
  saw(isReached: boolean): void;
}

/** `sent`: the question's headers. */
export function resuming(
  { router, platform, token: newToken, saw }: ResumePorts,
  { headers: sent, credentials }: { headers: Headers; credentials: RequestCredentials },
  streamId: string,
): (lastId: string | undefined, signal: AbortSignal) => Promise<Resumed> {
  const headers = headersNamed(sent, OWNER_HEADERS);
  const url = `${router}/ai/streams/${streamId}`;
  let hasNewToken = false;

  return async function resume(lastId, signal): Promise<Resumed> {
    if (lastId !== undefined) headers.set(REQUEST_HEADERS.lastEventId, lastId);
    const line = new AbortController();
    signal.addEventListener('abort', () => line.abort());
    const how = { credentials, redirect: 'error', cache: 'no-store' } as const;
    const head = await awaitWatched(
      platform,
      platform.fetch(new Request(url, { ...how, headers, signal: line.signal })),
      within(HEADERS_MS),
    );
    const response = head.kind === 'came' ? head.value : undefined;
    const answered = response && answeredBy(response);
    saw(answered !== undefined && isOurs(answered));
    const verdict = answered ? resumeVerdict(answered, hasNewToken) : 'again';
    if (verdict === 'follow' && response?.body) return { body: response.body };
    const isOver = verdict === 'again' && response !== undefined && (await saysThatItIsOver(platform, response));
    line.abort();
    if (verdict !== 'refresh') return verdict === 'lost' || isOver ? 'never' : 'again';
    // The token expired while the answer was being written. The worker asks the page for another one, once.
    hasNewToken = true;
    const token = await newToken();
    if (token === null) return 'never';
    headers.delete('x-api-key');
    headers.set('authorization', `Bearer ${token}`);
    return resume(lastId, signal);
  };
}

/** Whether the router says that nothing more will come, such as after a crash with the answer in memory. */
async function saysThatItIsOver(platform: Platform, response: Response): Promise<boolean> {
  if (!isOurs(answeredBy(response))) return false;
  const read = await awaitWatched(platform, response.text(), within(HEADERS_MS));
  return read.kind === 'came' && endsKey(routerErrorIn(read.value).code);
}
