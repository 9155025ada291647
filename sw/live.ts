/** An answer from the network: marked for the page, and kept where that is allowed. */
import type { Asked } from './asked.ts';
import { bodyPatience, Follower, keepUntil, STREAM_LOST_TEXT } from './decisions.ts';
import { resuming } from './resume.ts';
import { isRouterThere, type Outgoing } from './send.ts';
import type { Shell } from './shell.ts';
import { FollowedStream } from './stream.ts';
import { neverAlive } from './watch.ts';

/** The browser has unpacked the body, and comments are left out of streams, so these would not be true any more. */
const OF_THE_WIRE = ['content-encoding', 'content-length'];

/** A copy, because a response's own headers may be immutable. Of another origin's answer only exposed headers are in it. */
export function live({ status, statusText, headers: original }: Response, body: BodyInit | null): Response {
  const headers = new Headers(original);
  for (const name of OF_THE_WIRE) headers.delete(name);
  headers.set('x-carryon-travel', 'live');
  return new Response(body, { status, statusText, headers });
}

/** The stream of an answer, gone on with where it breaks, and kept when its end has been read. */
export function followed(shell: Shell, asked: Asked, outgoing: Outgoing, response: Response): FollowedStream {
  const { rim, tabs, router } = shell;
  const { question, clientId } = asked;
  const streamId = response.headers.get('x-carryon-stream-id');
  const isResumable = streamId !== null && question.wish !== 'off';
  const follower = new Follower();
  return new FollowedStream(rim, {
    body: response.body ?? new Blob().stream(),
    follower,
    idleMs: bodyPatience(isResumable),
    isAlive: isResumable ? neverAlive : () => isRouterThere(rim, router),
    ...(isResumable && { resume: resuming(shell, asked, outgoing, streamId) }),
    lostText: STREAM_LOST_TEXT,
    tell: (event) => {
      if (event !== 'lost' && streamId !== null) void tabs.tell(event, { streamId }, { tab: clientId });
    },
    onEnd: () => settleStream(shell, asked, response, follower),
    onClose: tabs.streamOpened(clientId),
  });
}

/** Codes with which the router says that a key's run is over for good, so that the next ask needs another key. */
const FINAL_CODES = new Set(['stream_interrupted', 'stopped', 'idempotency_mismatch', 'idempotency_expired']);

async function settleStream(shell: Shell, asked: Asked, response: Response, follower: Follower): Promise<void> {
  const completion = follower.completion();
  if (completion !== undefined) await settle(shell, asked, response, JSON.stringify(completion), follower.mode);
  else if (follower.end === 'done' || FINAL_CODES.has(follower.end?.errorCode ?? '')) await forgetKey(shell, asked);
}

/** A complete answer has reached the page: it is kept, or at least the next ask is a new question. */
export async function settle(
  shell: Shell,
  asked: Asked,
  response: Response,
  body: string,
  mode?: string,
): Promise<void> {
  const { store, rim } = shell;
  const { person, key, question } = asked;
  if (person === null || key === undefined) return;
  const { status, headers } = response;
  const now = rim.now();
  const until = keepUntil({
    status,
    mode: mode ?? headers.get('x-carryon-mode'),
    cacheControl: headers.get('cache-control'),
    bytes: new TextEncoder().encode(body).length,
    now,
  });
  if (until === undefined) return store.delivered(person, key);
  const { feature, generation } = question;
  const result = await store.keep(person, key, { body, feature, generation, storedAt: now, keepUntil: until });
  if (result === 'full') await store.delivered(person, key);
}

async function forgetKey({ store }: Shell, { person, key }: Asked): Promise<void> {
  if (person !== null && key !== undefined) await store.delivered(person, key);
}
