/** Sends one queued question: without a stream, with a token that a tab of its person has just provided. */
import { REQUEST_HEADERS } from '../protocol/headers.ts';
import { questionKey } from './asked-question.ts';
import { RESPONSE_HEADERS } from './core/headers.ts';
import { completionToKeep, mayKeep } from './core/keep.ts';
import { retryAfterMs, type SendOutcome } from './core/outbox.ts';
import { readQuestion } from './core/question.ts';
import { travelDoor } from './core/routes.ts';
import { isOurs } from './core/verdict.ts';
import { learnClock } from './learn-clock.ts';
import type { Parts } from './parts.ts';
import { exchangeOf, type SendResult, send } from './send.ts';
import type { Kept, Person, Question, QueuedAnswer } from './store/store.ts';
import { answeredBy } from './wire.ts';

/** An outcome, with the answer if there is one. */
export type Arrived =
  | Exclude<SendOutcome, { kind: 'answered' }>
  /** `copy`: where and what to keep among the answers. */
  | { kind: 'answered'; answer: QueuedAnswer; copy: { key: string; kept: Kept } | null };

export interface Sending {
  id: string;
  person: Person;
  question: Question;
  token: string;
  signal: AbortSignal;
}

/** Sends the question. Undefined if the person has signed out meanwhile. */
export async function sendQueued(parts: Parts, sending: Sending): Promise<Arrived | undefined> {
  const { router, platform } = parts;
  const { id, question, token, signal } = sending;
  const headers = new Headers(question.headers);
  headers.set('authorization', `Bearer ${token}`);
  headers.set(REQUEST_HEADERS.idempotencyKey, id);
  const sent = await send(
    platform,
    {
      url: `${router}${question.path}`,
      headers,
      body: question.body,
      credentials: 'same-origin',
      idempotencyKey: id,
      isResumable: false,
      hasCopy: false,
    },
    signal,
  );
  // The next key, such as sendNow's, should contain the router's time.
  const exchange = exchangeOf(sent);
  if (exchange !== undefined) await learnClock(parts, exchange);
  switch (sent.kind) {
    case 'left':
      return undefined;
    case 'answer':
      return answered(parts, sent, sending);
    case 'refused':
      return refusal(sent.response, sent.code);
    case 'failed': {
      const { instead, cause, code } = sent;
      const isOurRefusal = instead !== undefined && isOurs(answeredBy(instead));
      return isOurRefusal ? refusal(instead, code) : { kind: 'unreached', cause };
    }
    case 'stream':
      // The request did not ask for a stream, so this is not the router.
      await sent.response.body?.cancel();
      return { kind: 'unreached', cause: 'unreachable' };
  }
}

const { requestId, travel, travelId } = RESPONSE_HEADERS;

function refusal(response: Response, code: string | undefined): SendOutcome & { kind: 'refused' } {
  const { status, header } = answeredBy(response);
  return { kind: 'refused', status, code: code ?? null, retryAfterMs: retryAfterMs(header) };
}

async function answered(
  parts: Parts,
  { response, text }: SendResult & { kind: 'answer' },
  sending: Sending,
): Promise<Arrived> {
  const { id } = sending;
  const headers = [...response.headers].filter(
    ([name]) => name === 'content-type' || name === requestId || name.startsWith('x-carryon-'),
  );
  headers.push(['cache-control', 'no-store'], [travel, 'live'], [travelId, id]);
  const arrived = { kind: 'answered' as const, answer: { headers, body: text } };

  const completion = completionToKeep(text);
  const times = mayKeep(
    { ...answeredBy(response), completion },
    { noStore: false, wish: 'queue' },
    parts.platform.now(),
  );
  const read = times && (await readAgain(parts, sending));
  if (completion === undefined || times === undefined || read === undefined) return { ...arrived, copy: null };
  const { key, feature, generation } = read;
  return { ...arrived, copy: { key, kept: { body: completion, feature, generation, ...times } } };
}

/**
 * Reads the question again. Its feature and alias may not have been known when it was asked, and both are part of the key under which its
 * answer is found.
 */
async function readAgain({ router, store, features: facts }: Parts, { person, question, token }: Sending) {
  const { path, headers, body } = question;
  const door = travelDoor('POST', { origin: router, pathname: path }, router);
  const features = await facts.known(person, async () => new Headers({ authorization: `Bearer ${token}` }));
  const read = door && readQuestion({ door, header: (name) => headers[name] ?? null, bodyText: body }, features);
  if (read === undefined) return undefined;
  const { feature, generation } = read;
  return { key: await questionKey({ router, store }, person, read), feature, generation };
}
