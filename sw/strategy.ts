/** The line of a question in the browser: fresh first, then what is kept, then the outbox, then a named 503. */
import { Strategy } from 'workbox-strategies/Strategy.js';
import type { StrategyHandler } from 'workbox-strategies/StrategyHandler.js';
import { type Asked, outgoingOf, readAsked, TRAVEL } from './asked.ts';
import { completionToKeep } from './core/keep.ts';
import { noteSent, refused } from './heard.ts';
import { offline, queued, stale } from './instead.ts';
import { followed, live, settle } from './live.ts';
import { type Outgoing, send } from './send.ts';
import type { Shell } from './shell.ts';
import type { ReportKind } from './store/store.ts';
import { pageBody } from './stream.ts';

export class TravelStrategy extends Strategy {
  readonly #shell: Shell;

  constructor(shell: Shell) {
    super();
    this.#shell = shell;
  }

  protected override async _handle(request: Request, handler: StrategyHandler): Promise<Response> {
    const shell = this.#shell;
    const body = await request.arrayBuffer();
    const asked = await readAsked(shell, request, (handler.event as FetchEvent).clientId, body);
    if (asked === undefined) return untouched(shell, request, body);

    if (asked.kept !== undefined && (await shell.store.mode()) === 'travel') {
      void handler.waitUntil(askBehind(shell, asked));
      void handler.waitUntil(note(shell, asked, 'stale'));
      return stale(shell, asked, asked.kept, 'mode');
    }
    const outgoing = await outgoingOf(shell, asked);
    const sentAt = shell.rim.now();
    const sent = await send(shell.rim, outgoing, request.signal);
    void handler.waitUntil(noteSent(shell, sent, sentAt));
    if (asked.person !== null && (sent.kind === 'stream' || sent.kind === 'answer'))
      void handler.waitUntil(shell.reports.sendBehind(asked.person, request.headers));
    switch (sent.kind) {
      case 'stream':
        return live(sent.response, pageBody(followed(shell, asked, outgoing, sent.response)));
      case 'answer':
        void handler.waitUntil(settle(shell, asked, sent.response, completionToKeep(sent.text)));
        return live(sent.response, sent.text);
      case 'refused':
        return refused(shell, asked, sent.response);
      case 'left':
        return Response.error();
      case 'failed':
        break;
    }
    if (asked.kept !== undefined) {
      void handler.waitUntil(note(shell, asked, 'stale'));
      return stale(shell, asked, asked.kept, sent.cause);
    }
    const id = asked.question.wish === 'queue' ? await queueQuestion(shell, asked, outgoing) : undefined;
    void handler.waitUntil(note(shell, asked, id === undefined ? 'offline' : 'queued'));
    if (id !== undefined) return queued(sent.cause, id);
    return sent.instead === undefined || asked.question.wish === 'queue'
      ? offline(sent.cause)
      : live(sent.instead, sent.instead.body);
  }
}

async function note({ reports }: Shell, { person, question, at }: Asked, kind: ReportKind): Promise<void> {
  if (person !== null && question.wish !== 'off') await reports.note(person, kind, question.feature, at);
}

/** Undefined where it is not taken: nobody is named, nothing may be stored, or the outbox is full. */
async function queueQuestion(
  { outbox }: Shell,
  { person, key, question, at, request, body }: Asked,
  { headers, idempotencyKey }: Outgoing,
): Promise<string | undefined> {
  if (person === null || key === undefined || idempotencyKey === undefined) return undefined;
  return outbox.add(person, {
    ...{ id: idempotencyKey, feature: question.feature, sentUnder: key, headers, askedAt: at },
    path: new URL(request.url).pathname,
    body: new TextDecoder().decode(body),
  });
}

/** Mode `travel`: the page has the kept answer; a fresh one takes its place. */
async function askBehind(shell: Shell, asked: Asked): Promise<void> {
  const outgoing = await outgoingOf(shell, asked);
  const sentAt = shell.rim.now();
  const sent = await send(shell.rim, outgoing, new AbortController().signal);
  await noteSent(shell, sent, sentAt);
  if (sent.kind === 'answer') return settle(shell, asked, sent.response, completionToKeep(sent.text));
  if (sent.kind !== 'stream') return;
  const stream = followed(shell, asked, outgoing, sent.response);
  while ((await stream.next()) !== undefined);
}

/** Only our own header is taken out. */
async function untouched(shell: Shell, request: Request, body: ArrayBuffer): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.delete(TRAVEL);
  const { url, method, credentials, signal } = request;
  const response = await shell.rim.fetch(
    new Request(url, { method, headers, body, credentials, signal, redirect: 'error' }),
  );
  return live(response, response.body);
}
