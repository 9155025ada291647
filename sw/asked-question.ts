/** Reads a page's request: who asks, what they ask, the key under which the answer is kept, and the request that goes to the router. */

import { travelKeyText } from '../protocol/answer-key.ts';
import { REQUEST_HEADERS } from '../protocol/headers.ts';
import { uuidV7 } from '../protocol/uuid-v7.ts';
import { howToAsk, isReusable } from './core/asking.ts';
import type { Features } from './core/features.ts';
import { isServable } from './core/keep.ts';
import { type PageQuestion, readQuestion } from './core/question.ts';
import { travelDoor } from './core/routes.ts';
import { credentialOf } from './features.ts';
import type { Parts } from './parts.ts';
import type { Platform } from './platform.ts';
import type { Outgoing } from './send.ts';
import type { Kept, Person } from './store/store.ts';

export interface AskedQuestion {
  request: Request;
  /** The tab's id. */
  clientId: string;
  body: ArrayBuffer;
  question: PageQuestion;
  /** If null, nothing is stored and nothing is queued. */
  person: Person | null;
  visitor: string;
  /** The key under which the answer is kept; undefined if none may be kept. */
  key: string | undefined;
  kept: Kept | undefined;
  /** True in mode `travel`: the page gets the kept answer before the network is asked. */
  isKeptFirst: boolean;
  /** The idempotency key that the worker sends; undefined if it sends none. */
  given: GivenKey | undefined;
  at: number;
}

/**
 * True if the tab that asked still belongs to this person. A page may name another person just before it asks, and the browser may
 * deliver the question before that message. Then no kept answer of the former person is given, and nothing is queued or kept for them.
 */
export async function isTheirs({ store }: Pick<Parts, 'store'>, { person, clientId }: AskedQuestion): Promise<boolean> {
  return person !== null && (await store.tab(clientId))?.person?.part === person.part;
}

interface GivenKey {
  idempotencyKey: string;
  /** True if the question was sent with this key before and no complete answer has been delivered since. */
  isReused: boolean;
}

/** Returns undefined for a request that travel mode leaves alone. It goes to the router unchanged. */
export async function readAskedQuestion(
  parts: Parts,
  request: Request,
  clientId: string,
  body: ArrayBuffer,
): Promise<AskedQuestion | undefined> {
  const { router, platform, store, features: facts } = parts;
  const door = travelDoor(request.method, new URL(request.url), router);
  if (door === undefined) return undefined;
  const at = platform.now();
  const tab = await store.tab(clientId);
  const person = tab?.person ?? null;
  const features = person === null ? undefined : await facts.known(person, async () => credentialOf(request.headers));
  const header = (name: string) => request.headers.get(name);
  const question = readQuestion({ door, header, bodyText: new TextDecoder().decode(body) }, features);
  if (question === undefined) return undefined;
  const visitor = header(REQUEST_HEADERS.visitor) ?? tab?.visitor ?? randomId(platform);
  const nothingKept = { key: undefined, kept: undefined, isKeptFirst: false };
  const asked = { request, clientId, body, question, person, visitor, at, ...nothingKept };
  if (person === null || question.wish === 'off' || question.noStore)
    return { ...asked, given: await givenKey(parts, asked) };
  const key = await questionKey(parts, person, question);
  // Both reads run at once, because every question waits for the database.
  const [given, copy] = await Promise.all([
    givenKey(parts, { ...asked, key }),
    copyOf(parts, { ...asked, person, key }, features),
  ]);
  return { ...asked, ...copy, key, given };
}

/** The kept answer that may be given, and whether it is given before the network is asked. */
async function copyOf(
  { store }: Parts,
  { person, key, question, at }: Pick<AskedQuestion, 'question' | 'at'> & { person: Person; key: string },
  features: Features | undefined,
): Promise<Pick<AskedQuestion, 'kept' | 'isKeptFirst'>> {
  const kept = await store.answer(person, key);
  if (kept === undefined || !isServable(kept, features, at)) return { kept: undefined, isKeptFirst: false };
  return { kept, isKeptFirst: !question.refresh && (await store.mode()) === 'travel' };
}

/** The key under which the person's answer to this question is kept. */
export const questionKey = (
  { router, store }: Pick<Parts, 'router' | 'store'>,
  person: Person,
  { feature, text }: Pick<PageQuestion, 'feature' | 'text'>,
): Promise<string> => store.keyOf(person, travelKeyText({ routerOrigin: router, feature, text }));

/** Makes the router's request: removes the headers meant for the worker, and adds the ones that the router needs. */
export function outgoingOf({ request, body, question, visitor, kept, given }: AskedQuestion): Outgoing {
  const headers = new Headers(request.headers);
  headers.delete(REQUEST_HEADERS.travel);
  const { resume } = howToAsk(question);
  const idempotencyKey = request.headers.get(REQUEST_HEADERS.idempotencyKey) ?? given?.idempotencyKey;
  if (idempotencyKey !== undefined) {
    headers.set(REQUEST_HEADERS.idempotencyKey, idempotencyKey);
    headers.set(REQUEST_HEADERS.visitor, visitor);
  }
  if (resume) headers.set(REQUEST_HEADERS.resume, '1');
  const { url, credentials } = request;
  // Headers can be expected at once only if the router is known to resume this feature.
  const isResumable = resume && question.resumes === true;
  return { url, headers, body, credentials, idempotencyKey, isResumable, hasCopy: kept !== undefined };
}

/** The key is stored before the question is sent, so a question whose answer never came is not paid for twice. */
export async function givenKey(
  { platform, store }: Pick<Parts, 'platform' | 'store'>,
  { request, question, person, key, at }: Pick<AskedQuestion, 'request' | 'question' | 'person' | 'key' | 'at'>,
): Promise<GivenKey | undefined> {
  if (!howToAsk(question).keyed || request.headers.has(REQUEST_HEADERS.idempotencyKey)) return undefined;
  const fresh = { idempotencyKey: uuidV7(at + (await store.clockOffsetMs()), platform.bytes(10)), sentAt: at };
  if (person === null || key === undefined) return { ...fresh, isReused: false };
  const { idempotencyKey } = await store.sendingKey(person, key, fresh, (sent) => isReusable(sent, at));
  return { idempotencyKey, isReused: idempotencyKey !== fresh.idempotencyKey };
}

const randomId = ({ bytes }: Platform): string =>
  Array.from(bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
