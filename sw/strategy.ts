/** The way of a question in the browser: the network first, then the kept answer, then the outbox, then a 503 with a named error. */
import { Strategy } from 'workbox-strategies/Strategy.js';
import type { StrategyHandler } from 'workbox-strategies/StrategyHandler.js';
import { REQUEST_HEADERS } from '../protocol/headers.ts';
import { afterAnswer } from './after-answer.ts';
import { type AskedQuestion, givenKey, isTheirs, outgoingOf, readAskedQuestion } from './asked-question.ts';
import { endsKey } from './core/asking.ts';
import { RESPONSE_HEADERS } from './core/headers.ts';
import { completionToKeep } from './core/keep.ts';
import { HEADERS_WITH_COPY_MS } from './core/patience.ts';
import { causeOf, causeOfErrorEvent } from './core/verdict.ts';
import { noAnswerResponse, offlineResponse, queuedResponse, staleResponse } from './instead-of-answer.ts';
import { learnClock } from './learn-clock.ts';
import { followStream, forgetKey, liveResponse, settleAnswer } from './live.ts';
import { codeOf, exchangeOf, type Failed, type Outgoing, type SendResult, send } from './send.ts';
import { type FollowedStream, pageBody, readToEnd } from './stream.ts';
import type { TravelWorker } from './travel-worker.ts';
import { holdEvent } from './watch.ts';

export class TravelStrategy extends Strategy {
  readonly #worker: TravelWorker;

  constructor(worker: TravelWorker) {
    super();
    this.#worker = worker;
  }

  protected override async _handle(request: Request, handler: StrategyHandler): Promise<Response> {
    const worker = this.#worker;
    const body = await request.arrayBuffer();
    const { clientId } = handler.event as FetchEvent;
    // A bug of ours must not separate a page from the router.
    const asked = await readAskedQuestion(worker, request, clientId, body).catch(reportError);
    if (!asked) return untouched(worker, request, body);

    if (asked.kept !== undefined && asked.isKeptFirst && (await isTheirs(worker, asked))) {
      void handler.waitUntil(holdEvent(worker.platform, askBehind(worker, asked)));
      return staleResponse(worker, asked, asked.kept, 'mode');
    }
    return freshFirst(worker, asked, handler);
  }
}

async function freshFirst(
  worker: TravelWorker,
  asked: AskedQuestion,
  handler: StrategyHandler,
  isAnew = false,
): Promise<Response> {
  const outgoing = outgoingOf(asked);
  const sent = await send(worker.platform, outgoing, asked.request.signal);
  void handler.waitUntil(holdEvent(worker.platform, noteSent(worker, asked, sent)));
  if (!isAnew && leadsNowhere(asked, codeOf(sent))) {
    // The next key should contain the router's time.
    const exchange = exchangeOf(sent);
    if (exchange !== undefined) await learnClock(worker, exchange);
    return anew(worker, asked, handler);
  }
  switch (sent.kind) {
    case 'stream': {
      const stream = followStream(worker, asked, outgoing, sent.response);
      if (asked.given?.isReused && sent.response.headers.get(RESPONSE_HEADERS.replayed) !== null) {
        const text = await readToEnd(stream);
        return !isAnew && endsKey(stream.error?.code)
          ? anew(worker, asked, handler)
          : liveResponse(sent.response, text);
      }
      const failed = await failsAtOnce(stream, asked);
      if (failed === undefined) return liveResponse(sent.response, pageBody(stream));
      stream.leave();
      return instead(worker, asked, outgoing, failed);
    }
    case 'answer':
      void handler.waitUntil(settleAnswer(worker, asked, sent.response, completionToKeep(sent.text)));
      return liveResponse(sent.response, sent.text);
    case 'refused':
      return liveResponse(sent.response, sent.response.body);
    case 'failed':
      return instead(worker, asked, outgoing, sent);
    case 'left':
      return Response.error();
  }
}

/**
 * True if this key can bring no answer. Either its run ended without a whole answer, such as when nobody read it. Or the router takes
 * the new key for too old, because this device's clock is days behind.
 */
const leadsNowhere = ({ given }: AskedQuestion, code: string | undefined): boolean =>
  given?.isReused ? endsKey(code) : given !== undefined && code === 'idempotency_expired';

/** Asks again as a new question, with a new key. */
async function anew(worker: TravelWorker, asked: AskedQuestion, handler: StrategyHandler): Promise<Response> {
  await forgetKey(worker, asked);
  return freshFirst(worker, { ...asked, given: await givenKey(worker, asked) }, handler, true);
}

/** The response if the network has failed: the kept answer, else the outbox if the page wants it, else what came, else a 503. */
async function instead(
  worker: TravelWorker,
  asked: AskedQuestion,
  outgoing: Outgoing,
  failed: Failed,
): Promise<Response> {
  const { cause, instead, code, carryon } = failed;
  if (asked.kept !== undefined && (await isTheirs(worker, asked)))
    return staleResponse(worker, asked, asked.kept, cause);
  // A key whose run has ended for good would bring the same end again.
  if (asked.question.wish === 'queue' && !endsKey(code)) {
    const id = await queueQuestion(worker, asked, outgoing);
    return id === undefined
      ? offlineResponse(worker, asked, cause, carryon)
      : queuedResponse(worker, asked, cause, id, carryon);
  }
  return instead === undefined ? offlineResponse(worker, asked, cause, carryon) : liveResponse(instead, instead.body);
}

/**
 * If there is a copy, or the page wants the outbox, the worker reads a stream's first event before the page gets it, because it may say
 * that no provider answers. Without a copy, a stream that breaks is resumed instead.
 */
async function failsAtOnce(stream: FollowedStream, { kept, question }: AskedQuestion): Promise<Failed | undefined> {
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
  worker: TravelWorker,
  asked: AskedQuestion,
  { headers, idempotencyKey }: Outgoing,
): Promise<string | undefined> {
  const { person, key, question, at, request, body } = asked;
  if (person === null || key === undefined || idempotencyKey === undefined) return undefined;
  if (!(await isTheirs(worker, asked))) return undefined;
  return worker.outbox.add(person, {
    ...{ id: idempotencyKey, feature: question.feature, sentUnder: key, headers, askedAt: at },
    path: new URL(request.url).pathname,
    body: new TextDecoder().decode(body),
  });
}

async function noteSent(worker: TravelWorker, asked: AskedQuestion, sent: SendResult): Promise<void> {
  if (sent.kind === 'left') return;
  // A gateway's status from the router itself shows that the router is there.
  const isBack = worker.tabs.reached(sent.kind !== 'failed' || sent.code !== undefined);
  if (endsKey(codeOf(sent))) await forgetKey(worker, asked);
  if (sent.kind !== 'failed') await afterAnswer(worker, asked, sent.exchange, isBack);
}

/** In mode `travel`, asks the network after the page has the kept answer. A fresh answer takes its place. */
async function askBehind(worker: TravelWorker, asked: AskedQuestion): Promise<void> {
  const outgoing = outgoingOf(asked);
  const sent = await send(worker.platform, outgoing, new AbortController().signal);
  await noteSent(worker, asked, sent);
  if (sent.kind === 'answer') return settleAnswer(worker, asked, sent.response, completionToKeep(sent.text));
  if (sent.kind !== 'stream') return;
  await readToEnd(followStream(worker, asked, outgoing, sent.response));
}

/** Sends a request as the page made it, without our own header. */
async function untouched({ platform, tabs }: TravelWorker, request: Request, body: ArrayBuffer): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.delete(REQUEST_HEADERS.travel);
  const { url, method, credentials, signal } = request;
  const how = { method, redirect: 'error', cache: 'no-store' } as const;
  try {
    const response = await platform.fetch(new Request(url, { ...how, headers, body, credentials, signal }));
    return liveResponse(response, response.body);
  } catch (error) {
    // A page that resumes by itself waits for a connection that breaks, not for a status.
    if (signal.aborted || headers.has(REQUEST_HEADERS.resume) || headers.has(REQUEST_HEADERS.lastEventId)) throw error;
    tabs.reached(false);
    return noAnswerResponse(causeOf('line', platform.isOnline()));
  }
}
