/** An answer from the network: marked for the page, and kept if that is allowed. */

import { StreamedCompletion } from '../protocol/completion-of-stream.ts';
import { REQUEST_HEADERS } from '../protocol/headers.ts';
import { type AskedQuestion, isTheirs } from './asked-question.ts';
import { endsKey } from './core/asking.ts';
import { StreamFollower } from './core/follow.ts';
import { RESPONSE_HEADERS } from './core/headers.ts';
import { mayKeep } from './core/keep.ts';
import type { PageQuestion } from './core/question.ts';
import { lostEvent } from './core/replies.ts';
import type { Parts } from './parts.ts';
import { type ResumePorts, resuming } from './resume.ts';
import { type Outgoing, streamWatch } from './send.ts';
import type { ReportKind } from './store/store.ts';
import { FollowedStream } from './stream.ts';
import { answeredBy } from './wire.ts';

/** The browser has decompressed the body, and comments are left out of streams, so these headers would no longer be true. */
const OF_THE_WIRE = ['content-encoding', 'content-length'];

/** A copy, because a response's own headers may be immutable. Another origin's answer has only its exposed headers. */
export function liveResponse({ status, statusText, headers: original }: Response, body: BodyInit | null): Response {
  const headers = new Headers(original);
  for (const name of OF_THE_WIRE) headers.delete(name);
  headers.set(RESPONSE_HEADERS.travel, 'live');
  return new Response(body, { status, statusText, headers });
}

/** The stream of an answer. It is resumed if it breaks, and kept once its end has been read. */
export function followStream(
  parts: Parts,
  asked: AskedQuestion,
  outgoing: Outgoing,
  response: Response,
): FollowedStream {
  const { platform, tabs, router } = parts;
  const { question, clientId, key } = asked;
  let brokenAt = asked.at;
  const streamId = response.headers.get(RESPONSE_HEADERS.streamId);
  const isResumable = streamId !== null && question.wish !== 'off';
  const builder = key === undefined ? undefined : new StreamedCompletion();
  const follower = new StreamFollower({ builder, showsUsage: question.includeUsage });
  return new FollowedStream(platform, {
    body: response.body ?? new Blob().stream(),
    follower,
    watch: streamWatch(platform, router, isResumable),
    ...(isResumable && { resume: resuming(resumePorts(parts, asked), ownedBy(question, outgoing), streamId) }),
    lostText: lostEvent(),
    tell: (event) => {
      if (event === 'resuming') brokenAt = platform.now();
      else noteReport(parts, asked, event, brokenAt);
      if (event !== 'lost' && streamId !== null) void tabs.tell(event, { streamId }, { kind: 'tab', tab: clientId });
    },
    onEnd: () => settleStream(parts, asked, response, follower),
    onClose: tabs.streamOpened(clientId),
  });
}

/**
 * The user that the question's body names owns the stream. A request without a body names this user in a header, which holds UTF-8 as
 * bytes.
 */
function ownedBy({ user }: PageQuestion, { headers: sent, credentials }: Outgoing) {
  const headers = new Headers(sent);
  if (user) headers.set(REQUEST_HEADERS.user, String.fromCharCode(...new TextEncoder().encode(user)));
  return { headers, credentials };
}

const resumePorts = ({ router, platform, tabs }: Parts, { person, clientId }: AskedQuestion): ResumePorts => ({
  router,
  platform,
  token: () => tabs.token(person, clientId),
  saw: (isReached) => void tabs.reached(isReached),
});

/** Reports wait this long, because writing to the database at once would delay the answer that is on its way to the page. */
const REPORT_AFTER_MS = 20;

/** Notes an event for the team's own count of what people saw while the router could not be reached. */
export function noteReport(
  { reports, platform }: Parts,
  { person, question, at: askedAt }: AskedQuestion,
  kind: ReportKind,
  since: number = askedAt,
): void {
  if (person === null || question.wish === 'off') return;
  const at = platform.now();
  platform.after(REPORT_AFTER_MS, () => void reports.note(person, kind, question.feature, since, at));
}

async function settleStream(
  parts: Parts,
  asked: AskedQuestion,
  response: Response,
  follower: StreamFollower,
): Promise<void> {
  if (follower.isDone) await settleAnswer(parts, asked, response, follower.completion());
  else if (endsKey(follower.error?.code)) await forgetKey(parts, asked);
}

/** Called when a complete answer has come. It is kept if that is allowed. In any case the next ask is a new question. */
export async function settleAnswer(
  parts: Parts,
  asked: AskedQuestion,
  response: Response,
  completion: string | undefined,
): Promise<void> {
  const { store, platform } = parts;
  const { person, key, given, question } = asked;
  if (person === null || key === undefined) return;
  const sentKey = given?.idempotencyKey;
  const times = mayKeep({ ...answeredBy(response), completion }, question, platform.now());
  if (times === undefined || completion === undefined || !(await isTheirs(parts, asked)))
    return store.delivered(person, key, sentKey);
  const { feature, generation } = question;
  const result = await store.keep(person, key, { body: completion, feature, generation, ...times }, sentKey);
  if (result === 'full') await store.delivered(person, key, sentKey);
}

/** Called when the router has ended the run of this key for good, so the next ask needs another key. */
export async function forgetKey({ store }: Parts, { person, key, given }: AskedQuestion): Promise<void> {
  if (person !== null && key !== undefined && given !== undefined)
    await store.delivered(person, key, given.idempotencyKey);
}
