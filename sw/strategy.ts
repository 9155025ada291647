/** The way of a question in the browser: the network first, then the kept answer, then the outbox, then a 503 with a named error. */
import { Strategy } from 'workbox-strategies/Strategy.js';
import type { StrategyHandler } from 'workbox-strategies/StrategyHandler.js';
import { REQUEST_HEADERS } from '../protocol/headers.ts';
import { type Asked, givenKey, isTheirs, outgoingOf, readAsked } from './asked.ts';
import { afterAnswer } from './behind.ts';
import { endsKey } from './core/asking.ts';
import { RESPONSE_HEADERS } from './core/headers.ts';
import { completionToKeep } from './core/keep.ts';
import { HEADERS_WITH_COPY_MS } from './core/patience.ts';
import { causeOf, causeOfErrorEvent } from './core/verdict.ts';
import { noAnswer, offline, queued, stale } from './instead.ts';
import { learnClock } from './learn-clock.ts';
import { followed, forgetKey, live, settle } from './live.ts';
import { codeOf, exchangeOf, type Failed, type Outgoing, type Sent, send } from './send.ts';
import type { Shell } from './shell.ts';
import { type FollowedStream, pageBody, readToEnd } from './stream.ts';
import { held } from './watch.ts';

export class TravelStrategy extends Strategy {
  readonly #shell: Shell;

  constructor(shell: Shell) {
    super();
    this.#shell = shell;
  }

  protected override async _handle(request: Request, handler: StrategyHandler): Promise<Response> {
    const shell = this.#shell;
    const body = await request.arrayBuffer();
    const { clientId } = handler.event as FetchEvent;
    // A bug of ours must not separate a page from the router.
    const asked = await readAsked(shell, request, clientId, body).catch(reportError);
    if (!asked) return untouched(shell, request, body);

    if (asked.kept !== undefined && asked.isKeptFirst && (await isTheirs(shell, asked))) {
      void handler.waitUntil(held(shell.rim, askBehind(shell, asked)));
      return stale(shell, asked, asked.kept, 'mode');
    }
    return freshFirst(shell, asked, handler);
  }
}

async function freshFirst(shell: Shell, asked: Asked, handler: StrategyHandler, isAnew = false): Promise<Response> {
  const outgoing = outgoingOf(asked);
  const sent = await send(shell.rim, outgoing, asked.request.signal);
  void handler.waitUntil(held(shell.rim, noteSent(shell, asked, sent)));
  if (!isAnew && leadsNowhere(asked, codeOf(sent))) {
    // The next key should contain the router's time.
    const exchange = exchangeOf(sent);
    if (exchange !== undefined) await learnClock(shell, exchange);
    return anew(shell, asked, handler);
  }
  switch (sent.kind) {
    case 'stream': {
      const stream = followed(shell, asked, outgoing, sent.response);
      if (asked.given?.isReused && sent.response.headers.get(RESPONSE_HEADERS.replayed) !== null) {
        const text = await readToEnd(stream);
        return !isAnew && endsKey(stream.error?.code) ? anew(shell, asked, handler) : live(sent.response, text);
      }
      const failed = await failsAtOnce(stream, asked);
      if (failed === undefined) return live(sent.response, pageBody(stream));
      stream.leave();
      return instead(shell, asked, outgoing, failed);
    }
    case 'answer':
      void handler.waitUntil(settle(shell, asked, sent.response, completionToKeep(sent.text)));
      return live(sent.response, sent.text);
    case 'refused':
      return live(sent.response, sent.response.body);
    case 'failed':
      return instead(shell, asked, outgoing, sent);
    case 'left':
      return Response.error();
  }
}

/**
 * True if this key can bring no answer. Either its run ended without a whole answer, such as when nobody read it. Or the router takes
 * the new key for too old, because this device's clock is days behind.
 */
const leadsNowhere = ({ given }: Asked, code: string | undefined): boolean =>
  given?.isReused ? endsKey(code) : given !== undefined && code === 'idempotency_expired';

/** Asks again as a new question, with a new key. */
async function anew(shell: Shell, asked: Asked, handler: StrategyHandler): Promise<Response> {
  await forgetKey(shell, asked);
  return freshFirst(shell, { ...asked, given: await givenKey(shell, asked) }, handler, true);
}

/** The response if the network has failed: the kept answer, else the outbox if the page wants it, else what came, else a 503. */
async function instead(shell: Shell, asked: Asked, outgoing: Outgoing, failed: Failed): Promise<Response> {
  const { cause, instead, code, carryon } = failed;
  if (asked.kept !== undefined && (await isTheirs(shell, asked))) return stale(shell, asked, asked.kept, cause);
  // A key whose run has ended for good would bring the same end again.
  if (asked.question.wish === 'queue' && !endsKey(code)) {
    const id = await queueQuestion(shell, asked, outgoing);
    return id === undefined ? offline(shell, asked, cause, carryon) : queued(shell, asked, cause, id, carryon);
  }
  return instead === undefined ? offline(shell, asked, cause, carryon) : live(instead, instead.body);
}

/**
 * If there is a copy, or the page wants the outbox, the worker reads a stream's first event before the page gets it, because it may say
 * that no provider answers. Without a copy, a stream that breaks is resumed instead.
 */
async function failsAtOnce(stream: FollowedStream, { kept, question }: Asked): Promise<Failed | undefined> {
  const hasCopy = kept !== undefined;
  if (!hasCopy && question.wish !== 'queue') return undefined;
  const begun = await stream.begins(HEADERS_WITH_COPY_MS);
  if (begun === 'cut') return hasCopy ? { kind: 'failed', cause: 'cut' } : undefined;
  const { code, carryon } = stream.error ?? {};
  const cause = hasCopy || !endsKey(code) ? causeOfErrorEvent(code) : undefined;
  return cause && { kind: 'failed', cause, code, carryon };
}

/**
 * Puts the question into the outbox. Undefined if it is not accepted: the tab names nobody, nothing may be stored, or the outbox is full.
 */
async function queueQuestion(
  shell: Shell,
  asked: Asked,
  { headers, idempotencyKey }: Outgoing,
): Promise<string | undefined> {
  const { person, key, question, at, request, body } = asked;
  if (person === null || key === undefined || idempotencyKey === undefined) return undefined;
  if (!(await isTheirs(shell, asked))) return undefined;
  return shell.outbox.add(person, {
    ...{ id: idempotencyKey, feature: question.feature, sentUnder: key, headers, askedAt: at },
    path: new URL(request.url).pathname,
    body: new TextDecoder().decode(body),
  });
}

async function noteSent(shell: Shell, asked: Asked, sent: Sent): Promise<void> {
  if (sent.kind === 'left') return;
  // A gateway's status from the router itself shows that the router is there.
  const isBack = shell.tabs.reached(sent.kind !== 'failed' || sent.code !== undefined);
  if (endsKey(codeOf(sent))) await forgetKey(shell, asked);
  if (sent.kind !== 'failed') await afterAnswer(shell, asked, sent.exchange, isBack);
}

/** In mode `travel`, asks the network after the page has the kept answer. A fresh answer takes its place. */
async function askBehind(shell: Shell, asked: Asked): Promise<void> {
  const outgoing = outgoingOf(asked);
  const sent = await send(shell.rim, outgoing, new AbortController().signal);
  await noteSent(shell, asked, sent);
  if (sent.kind === 'answer') return settle(shell, asked, sent.response, completionToKeep(sent.text));
  if (sent.kind !== 'stream') return;
  await readToEnd(followed(shell, asked, outgoing, sent.response));
}

/** Sends a request as the page made it, without our own header. */
async function untouched({ rim, tabs }: Shell, request: Request, body: ArrayBuffer): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.delete(REQUEST_HEADERS.travel);
  const { url, method, credentials, signal } = request;
  const how = { method, redirect: 'error', cache: 'no-store' } as const;
  try {
    const response = await rim.fetch(new Request(url, { ...how, headers, body, credentials, signal }));
    return live(response, response.body);
  } catch (error) {
    // A page that resumes by itself waits for a connection that breaks, not for a status.
    if (signal.aborted || headers.has(REQUEST_HEADERS.resume) || headers.has(REQUEST_HEADERS.lastEventId)) throw error;
    tabs.reached(false);
    return noAnswer(causeOf('line', rim.isOnline()));
  }
}
