import { VERSION } from '../../protocol/version.ts';
import { readText } from '../body/read-text.ts';
import type { Deployment } from '../core/config/config.ts';
import type { Measured } from '../core/pricing/bill.ts';
import { isPlausible } from '../core/pricing/plausible.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Outgoing } from '../providers/adapter.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';
import type { Answered, AttemptInput } from '../upstream/attempt-input.ts';
import { AttemptLimit } from '../upstream/attempt-limit.ts';
import { classify, presentable, withoutAnswer } from '../upstream/failing-answer.ts';
import { isEventText, replyOfEvents, WholeAsStream, withoutComments } from '../upstream/other-form.ts';
import { ProviderStream } from '../upstream/provider-stream.ts';
import type { StreamHelp, StreamLimits } from '../upstream/stream-settings.ts';

/** How one call of a provider ended, or began to be answered. */
export type Attempted = Answered | Failed;

/** No answer, and nothing was sent to the client. */
export interface Failed {
  kind: 'failure';
  failure: Failure;
  /** Our own deadline cut it short, so it says nothing about the deployment. */
  cutByDeadline: boolean;
  /** What to bill it by, if it may be billed. */
  measured: Measured;
}

/** Longer than any real answer; an endless one must not take the memory of the isolate's other requests. */
const MOST_ANSWER_BYTES = 33_554_432;
const NO_BODY: Failure = { kind: 'malformed', message: 'The provider’s stream was empty.', mayBeBilled: true };
const TOO_LARGE: Failure = { kind: 'malformed', message: 'The provider’s answer was too large.', mayBeBilled: true };

/** Calls one deployment once: up to its whole answer, or the first content of its stream. */
export async function attempt(input: AttemptInput): Promise<Attempted> {
  const { chat, deployment, outgoing, clock, waits, gone, deadlineAt, patience, settings } = input;
  const startedAt = clock.now();
  const quietUntil = Math.min(startedAt + patience.answerMs, deadlineAt);
  const limit = new AttemptLimit(quietUntil, gone, waits);
  let headersCame = false;
  let came: Came;
  try {
    const response = await send(input, limit.signal);
    headersCame = true;
    if (!response.ok) came = failed(await classify(response, input, clock.now() - startedAt));
    else if (!chat.stream) came = await whole(response, input);
    else if (response.body === null) came = failed(NO_BODY);
    else {
      limit.letStreamKeepTime();
      const firstContentAt = Math.min(startedAt + patience.contentMs, deadlineAt);
      const endAt = startedAt + settings.maxStreamDurationMs;
      const { idleTimeoutMs } = deployment;
      came = await streamed(response.body, input, { quietUntil, firstContentAt, idleTimeoutMs, endAt });
    }
  } catch {
    const waitedMs = clock.now() - startedAt;
    const promptBytes = outgoing.body.length;
    const { timedOut, left } = limit;
    const failure = withoutAnswer({ timedOut, left, headersCame, waitedMs, promptBytes, isWhole: !chat.stream });
    came = chat.stream && !headersCame ? hung(failure) : failed(failure);
  } finally {
    limit.stop();
  }
  if (came.kind !== 'failure') return came;
  const isLate = limit.timedOut || came.failure.kind === 'slow';
  return {
    ...billedIfTold(came),
    cutByDeadline: isLate && clock.now() >= deadlineAt && hadLittleTime(startedAt, input),
  };
}

type Came = Answered | Omit<Failed, 'cutByDeadline'>;

/** It is unknown how much was made of an answer that did not arrive as a stream. */
const failed = (failure: Failure): Came => ({ kind: 'failure', failure, measured: NOBODY_KNOWS });
const NOBODY_KNOWS: Measured = { usage: undefined, isFinal: false, made: 'unknown' };

/** A stream was asked for and nothing of it came: whatever was made is still on its way. */
const hung = (failure: Failure): Came => ({ kind: 'failure', failure, measured: NOTHING_CAME });
const NOTHING_CAME: Measured = { usage: undefined, isFinal: false, made: { textBytes: 0, chunks: 0 } };

/** An error with a 2xx, in the place of an answer: the model may have been at work. */
const billedIfServed = (failure: Failure): Failure =>
  SERVED.has(failure.kind) ? { ...failure, mayBeBilled: true } : failure;
const SERVED: ReadonlySet<Failure['kind']> = new Set(['server_error', 'malformed']);

/** A failure that reports tokens is billed, whatever else it says. */
function billedIfTold<F extends Pick<Failed, 'failure' | 'measured'>>(came: F): F {
  const { inputTokens = 0, outputTokens = 0 } = came.measured.usage ?? {};
  return inputTokens + outputTokens > 0 ? { ...came, failure: { ...came.failure, mayBeBilled: true } } : came;
}

/** One JSON text, or events in its place: what was asked for decides, whatever the provider sends. */
async function whole(response: Response, input: AttemptInput): Promise<Came> {
  const { chat, deployment, adapter, clock } = input;
  const text = await readText(response, MOST_ANSWER_BYTES);
  if (text === undefined) return failed(TOO_LARGE);
  const isEvents = isEventText(text);
  const reply = isEvents
    ? replyOfEvents(text, adapter.stream(chat, clock.now()))
    : adapter.reply(withoutComments(text), chat, clock.now());
  if (reply.ok) return { kind: 'reply', reply };
  // It is unknown how much was made of an answer that cannot be read: a usage without output does not mean that there was none,
  // and one among events may only be what was true when it came.
  const isFinal = !isEvents && (reply.usage?.outputTokens ?? 0) > 0;
  const failure = billedIfServed(presentable(reply.failure, deployment));
  return { kind: 'failure', failure, measured: { usage: reply.usage, isFinal, made: 'unknown' } };
}

/** Read up to the first content. Until then nothing has reached the client, so it sees no failure. */
async function streamed(
  body: ReadableStream<Uint8Array>,
  { chat, deployment, adapter, clock }: AttemptInput,
  limits: StreamLimits,
): Promise<Came> {
  const help: StreamHelp = {
    present: (failure) => presentable(failure, deployment),
    readWhole: (text) => {
      const reply = adapter.reply(text, chat, clock.now());
      if (reply.ok) return { ok: true, translator: new WholeAsStream(reply) };
      return { ok: false, failure: presentable(reply.failure, deployment), usage: reply.usage };
    },
    isPlausible: (usage, { textBytes }) => isPlausible(usage, chat, textBytes),
  };
  const stream = new ProviderStream(body, adapter.stream(chat, clock.now()), limits, clock, help);
  const opening: Chunk[] = [];
  for (;;) {
    const { chunks, end } = await stream.read();
    for (const chunk of chunks) opening.push(chunk);
    if (end !== undefined && end.kind !== 'complete') {
      return { kind: 'failure', failure: billedIfServed(end.failure), measured: stream.measured };
    }
    if (end !== undefined || stream.hasContent) return { kind: 'stream', opening, ended: end !== undefined, stream };
  }
}

/**
 * An attempt that our deadline cut short says nothing about the deployment, unless it had half of the total time to itself:
 * where that is less than its own limit, no other deployment would ever be tried.
 */
const hadLittleTime = (startedAt: number, { deadlineAt, settings }: AttemptInput): boolean =>
  2 * (deadlineAt - startedAt) < settings.totalTimeoutMs;

function send({ fetch, outgoing, deployment, traceparent }: AttemptInput, signal: AbortSignal): Promise<Response> {
  const { url, body } = outgoing;
  let headers = headersFor(deployment, outgoing);
  if (traceparent !== undefined) {
    headers = new Headers(headers);
    headers.set('traceparent', traceparent);
  }
  return fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
}

const USER_AGENT = `carryon/${VERSION}`;

/** What goes with every request to a deployment, made once: native headers cost several times a plain object's when used. */
const upstreamHeaders = new WeakMap<Deployment, Headers>();

function headersFor(deployment: Deployment, outgoing: Outgoing): Headers {
  let headers = upstreamHeaders.get(deployment);
  if (headers === undefined) {
    // Without one, walls in front of providers refuse a request (Cloudflare's 1010).
    headers = new Headers({ 'user-agent': USER_AGENT, ...outgoing.headers });
    upstreamHeaders.set(deployment, headers);
  }
  return headers;
}
