/** Sends one question to the router, with its time limits and its one resend, and returns the result. */
import { routerErrorIn } from './core/asking.ts';
import type { Exchange } from './core/clock.ts';
import { isCompletion } from './core/keep.ts';
import { headerLimitMs, idleLimitMs, probeAfterMs, resendAfterMs } from './core/patience.ts';
import { type Cause, causeOf, formOf, isOurs, mayResend, passesFailed, verdictOf } from './core/verdict.ts';
import { type Platform, pause } from './platform.ts';
import { shortCall } from './short-call.ts';
import { awaitWatched, type Watch, within } from './watch.ts';
import { answeredBy } from './wire.ts';

/** The request that is sent. Its body is the page's own, byte for byte. */
export interface Outgoing {
  url: string;
  headers: Headers;
  body: ArrayBuffer | string;
  credentials: RequestCredentials;
  /** A request with this key may be sent twice and is answered once. */
  idempotencyKey: string | undefined;
  /** True if the answer's headers come at once, before a model is asked. */
  isResumable: boolean;
  hasCopy: boolean;
}

export type SendResult =
  /** A whole completion, in one piece. */
  | { kind: 'answer'; response: Response; text: string; exchange: Exchange }
  /** The head of a stream; its body is not read yet. */
  | { kind: 'stream'; response: Response; exchange: Exchange }
  /** A refusal of the router, with its `code`. The page should see why. */
  | { kind: 'refused'; response: Response; code: string | undefined; exchange: Exchange }
  | Failed
  /** The page no longer waits. */
  | { kind: 'left' };

/** A result that counts as no network. `instead`: the response that came, if the page should rather see it than nothing, such as a 502. */
export interface Failed {
  kind: 'failed';
  cause: Cause;
  /**
   * Why no answer came: the `line` broke, or a `limit` passed. Absent if an answer came that is not the router's, or that says that no
   * provider answers.
   */
  what?: 'line' | 'limit';
  instead?: Response;
  /** The code of the router's own error. */
  code?: string | undefined;
  /** The attempts made before it, if this page may know them. */
  carryon?: object | undefined;
}

/** The code of the router's own error, if it gave one. */
export const codeOf = (sent: SendResult): string | undefined =>
  sent.kind === 'refused' || sent.kind === 'failed' ? sent.code : undefined;

/** The times of the exchange; undefined if the router has not answered. */
export const exchangeOf = (sent: SendResult): Exchange | undefined =>
  sent.kind === 'left' || sent.kind === 'failed' ? undefined : sent.exchange;

export async function send(platform: Platform, outgoing: Outgoing, signal: AbortSignal): Promise<SendResult> {
  const keyed = outgoing.idempotencyKey !== undefined;
  for (let sends = 1; ; sends++) {
    const sent = await attempt(platform, outgoing, signal);
    if (sent.kind !== 'failed' || sent.what === undefined) return sent;
    if (!mayResend({ keyed, sends, isOnline: platform.isOnline(), what: sent.what })) return sent;
    await pause(platform, resendAfterMs(platform.random()), signal);
  }
}

async function attempt(platform: Platform, outgoing: Outgoing, signal: AbortSignal): Promise<SendResult> {
  const { url, headers, body, credentials, isResumable, hasCopy } = outgoing;
  // Aborts the request, both when the worker gives up the line and when the page leaves.
  const line = new AbortController();
  const leave = () => line.abort();
  if (signal.aborted) return { kind: 'left' };
  signal.addEventListener('abort', leave);
  const failed = (what: 'line' | 'limit'): SendResult => {
    leave();
    return signal.aborted ? { kind: 'left' } : { kind: 'failed', cause: causeOf(what, platform.isOnline()), what };
  };
  // A redirect would hand the question to another host, such as a captive portal's.
  const how = { method: 'POST', redirect: 'error', cache: 'no-store' } as const;
  const request = new Request(url, { ...how, headers, body, credentials, signal: line.signal });
  const limitMs = headerLimitMs({ isResumable, hasCopy });
  const sentAt = platform.now();
  const head = await awaitWatched(
    platform,
    platform.fetch(request),
    limitMs === undefined ? probing(platform, url) : within(limitMs),
  );
  if (head.kind === 'silent') return failed('limit');
  if (head.kind === 'failed') return failed('line');

  const response = head.value;
  const exchange = { sentAt, receivedAt: platform.now(), date: response.headers.get('date') };
  const answered = answeredBy(response);
  const verdict = verdictOf(answered);
  if (verdict === 'answer' && formOf(answered) === 'stream') return { kind: 'stream', response, exchange };
  if (typeof verdict === 'object' && !passesFailed(response.status)) {
    leave();
    return { kind: 'failed', cause: verdict.failed };
  }
  if (typeof verdict === 'object' && !isOurs(answered))
    return { kind: 'failed', cause: verdict.failed, instead: response };
  const read = await awaitWatched(platform, response.text(), probing(platform, url));
  const text = read.kind === 'came' ? read.value : undefined;
  if (text === undefined || (verdict === 'answer' && !isCompletion(text))) {
    // The router has the whole answer, so a request with a key may be sent again.
    leave();
    return signal.aborted ? { kind: 'left' } : { kind: 'failed', cause: 'cut', what: 'line' };
  }
  if (verdict === 'answer') return { kind: 'answer', response, text, exchange };
  const { code, carryon } = routerErrorIn(text);
  const refused = new Response(text || null, response);
  if (verdict === 'pass') return { kind: 'refused', response: refused, code, exchange };
  return { kind: 'failed', cause: verdict.failed, instead: refused, code, carryon };
}

/** Watches a line on which silence may mean a slow model. The line counts as alive while the router answers a check. */
const probing = (platform: Platform, url: string): Watch => ({
  silenceMs: probeAfterMs,
  isAlive: () => isRouterThere(platform, url),
});

/** How the body of a stream is watched for silence. */
export const streamWatch = (platform: Platform, url: string, isResumable: boolean): Watch => {
  const silenceMs = idleLimitMs({ isResumable });
  return isResumable ? within(silenceMs) : { ...probing(platform, url), silenceMs: () => silenceMs };
};

/** Whether the router itself answers at its address. */
export async function isRouterThere(platform: Platform, url: string): Promise<boolean> {
  const init = { cache: 'no-store' } as const;
  const isThere = await shortCall(platform, new URL('/healthz', url), init, (head) => isOurs(answeredBy(head)));
  return isThere === true;
}
