/** One question sent to the router: how long it is waited for, when it is sent once more, and what the answer is. */
import { type Cause, isCompletion, isOurs, type Patience, PROBE_MS, resendDelayMs, verdictOf } from './decisions.ts';
import { pause, type Rim } from './rim.ts';
import { neverAlive, watched } from './watch.ts';

/** What goes out. The body is what the page sent, byte by byte. */
export interface Outgoing {
  url: string;
  headers: Headers;
  body: ArrayBuffer | string;
  credentials: RequestCredentials;
  /** With one it may be sent twice and is answered once. */
  idempotencyKey: string | undefined;
  patience: Patience;
}

export type Sent =
  /** A whole completion, in one piece. */
  | { kind: 'answer'; response: Response; text: string }
  /** The head of a stream; its body is not read yet. */
  | { kind: 'stream'; response: Response }
  /** The router's own word that is no answer, such as a refusal. */
  | { kind: 'refused'; response: Response }
  /** Counts as no network. `instead`: an answer that is better than none, such as a 502. */
  | { kind: 'failed'; cause: Cause; instead?: Response | undefined; isTimeout?: boolean }
  /** The page does not wait any more. */
  | { kind: 'left' };

/** Sent once more, with the same key, only where the first one brought no answer at all and the line may be fine. */
export async function send(rim: Rim, outgoing: Outgoing, signal: AbortSignal): Promise<Sent> {
  const sent = await attempt(rim, outgoing, signal);
  if (
    sent.kind !== 'failed' ||
    sent.instead ||
    sent.isTimeout ||
    outgoing.idempotencyKey === undefined ||
    !rim.isOnline()
  )
    return sent;
  await pause(rim, resendDelayMs(rim.random()), signal);
  return signal.aborted ? { kind: 'left' } : attempt(rim, outgoing, signal);
}

async function attempt(rim: Rim, outgoing: Outgoing, signal: AbortSignal): Promise<Sent> {
  const { url, headers, body, credentials, patience } = outgoing;
  // Ended on its own when the line is given up; the page's signal ends it too.
  const line = new AbortController();
  const leave = () => line.abort();
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  const isAlive = patience.beats ? neverAlive : () => isRouterThere(rim, url);
  // A redirect would hand the question to another host, such as a captive portal's.
  const request = new Request(url, {
    method: 'POST',
    headers,
    body,
    credentials,
    redirect: 'error',
    cache: 'no-store',
    signal: line.signal,
  });
  const head = await watched(rim, rim.fetch(request), patience.headersMs, isAlive);
  if (signal.aborted) return { kind: 'left' };
  if (head === 'silent') {
    line.abort();
    return { kind: 'failed', cause: 'timeout', isTimeout: true };
  }
  if ('error' in head) return { kind: 'failed', cause: rim.isOnline() ? 'unreachable' : 'offline' };
  return judged(rim, head.value, patience, () => isRouterThere(rim, url));
}

/** An answer of ours is taken only whole; the head of a stream is taken as it is, and its body is watched elsewhere. */
async function judged(
  rim: Rim,
  response: Response,
  patience: Patience,
  isAlive: () => Promise<boolean>,
): Promise<Sent> {
  const { status, headers } = response;
  const verdict = verdictOf({ status, requestId: headers.get('x-request-id') });
  if (verdict === 'pass') return { kind: 'refused', response };
  if (verdict !== 'answer') {
    const instead = response.ok ? undefined : response;
    if (instead === undefined) response.body?.cancel().catch(() => {});
    return { kind: 'failed', cause: verdict.failed, instead };
  }
  if (isEventStream(headers)) return { kind: 'stream', response };
  const text = await watched(rim, response.text(), patience.idleMs, isAlive);
  if (text === 'silent' || 'error' in text || !isCompletion(text.value)) return { kind: 'failed', cause: 'cut' };
  return { kind: 'answer', response, text: text.value };
}

const isEventStream = (headers: Headers): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;

/** Whether anything answers at the router's address. */
export async function isRouterThere(rim: Rim, url: string): Promise<boolean> {
  const line = new AbortController();
  const request = new Request(new URL('/healthz', url), { cache: 'no-store', signal: line.signal });
  const head = await watched(rim, rim.fetch(request), PROBE_MS, neverAlive);
  line.abort();
  return head !== 'silent' && 'value' in head && isOurs(head.value.headers.get('x-request-id'));
}
