import { VERSION } from '../../protocol/version.ts';
import { readText } from '../body/read-text.ts';
import type { Deployment } from '../core/config/config.ts';
import type { Measured } from '../core/pricing/bill.ts';
import { isPlausible } from '../core/pricing/plausible.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Outgoing } from '../providers/adapter.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';
import type { AttemptInput, BegunAnswer } from '../upstream/attempt-input.ts';
import { AttemptLimit } from '../upstream/attempt-limit.ts';
import { classifyFailure, noAnswerFailure, shownFailure } from '../upstream/failing-answer.ts';
import { isEventText, replyOfEvents, WholeAsStream, withoutComments } from '../upstream/other-form.ts';
import { ProviderStream } from '../upstream/provider-stream.ts';
import type { StreamHelp, StreamLimits } from '../upstream/stream-settings.ts';

/** The result of one call to a provider: an answer that is complete or has begun, or a failure. */
export type Attempted = BegunAnswer | Failed;

/** The call gave no answer. Nothing was sent to the client. */
export interface Failed {
  kind: 'failure';
  failure: Failure;
  /** True if our own deadline cut the attempt short, so that it says nothing about the deployment. */
  cutByDeadline: boolean;
  /** What the bill is computed from, if the attempt may be billed. */
  measured: Measured;
}

/** Larger than any real answer. Without it, an endless answer would use up the memory of the isolate's other requests. */
const MOST_ANSWER_BYTES = 33_554_432;
const NO_BODY: Failure = { kind: 'malformed', message: 'The provider’s stream was empty.', mayBeBilled: true };
const TOO_LARGE: Failure = { kind: 'malformed', message: 'The provider’s answer was too large.', mayBeBilled: true };

/** Calls one deployment once. It returns with the whole answer, or with the first content of a stream. */
export async function attempt(input: AttemptInput): Promise<Attempted> {
  const { chat, deployment, outgoing, clock, waits, gone, deadlineAt, patience, settings } = input;
  const startedAt = clock.now();
  const quietUntil = Math.min(startedAt + patience.answerMs, deadlineAt);
  const limit = new AttemptLimit(quietUntil, gone, waits);
  let headersCame = false;
  let result: CallResult;
  try {
    const response = await send(input, limit.signal);
    headersCame = true;
    if (!response.ok) result = failed(await classifyFailure(response, input, clock.now() - startedAt));
    else if (!chat.stream) result = await whole(response, input);
    else if (response.body === null) result = failed(NO_BODY);
    else {
      limit.letStreamKeepTime();
      const firstContentAt = Math.min(startedAt + patience.contentMs, deadlineAt);
      const endAt = startedAt + settings.maxStreamDurationMs;
      const { idleTimeoutMs } = deployment;
      result = await streamed(response.body, input, { quietUntil, firstContentAt, idleTimeoutMs, endAt });
    }
  } catch {
    const waitedMs = clock.now() - startedAt;
    const promptBytes = outgoing.body.length;
    const { timedOut, left } = limit;
    const failure = noAnswerFailure({
      timedOut,
      left,
      headersCame,
      waitedMs,
      promptBytes,
      isWhole: !chat.stream,
    });
    result = chat.stream && !headersCame ? failedWithoutAnswer(failure) : failed(failure);
  } finally {
    limit.stop();
  }
  if (result.kind !== 'failure') return result;
  const isLate = limit.timedOut || result.failure.kind === 'slow';
  return {
    ...billedIfReported(result),
    cutByDeadline: isLate && clock.now() >= deadlineAt && hadLittleTime(startedAt, input),
  };
}

type CallResult = BegunAnswer | Omit<Failed, 'cutByDeadline'>;

/** A failure of an answer that did not arrive as a stream. How much the model had made of it is unknown. */
const failed = (failure: Failure): CallResult => ({ kind: 'failure', failure, measured: UNKNOWN_AMOUNT });
const UNKNOWN_AMOUNT: Measured = { usage: undefined, isFinal: false, made: 'unknown' };

/** A stream was requested and nothing of it arrived. Whatever the model made is still on its way. */
const failedWithoutAnswer = (failure: Failure): CallResult => ({ kind: 'failure', failure, measured: NOTHING_ARRIVED });
const NOTHING_ARRIVED: Measured = { usage: undefined, isFinal: false, made: { textBytes: 0, chunks: 0 } };

/** An error that arrived with a 2xx status, in the place of an answer. The model may have worked, so the provider may bill it. */
const billedIfServed = (failure: Failure): Failure =>
  SERVED.has(failure.kind) ? { ...failure, mayBeBilled: true } : failure;
const SERVED: ReadonlySet<Failure['kind']> = new Set(['server_error', 'malformed']);

/** A failure that reports tokens may be billed, whatever else it says. */
function billedIfReported<F extends Pick<Failed, 'failure' | 'measured'>>(result: F): F {
  const { inputTokens = 0, outputTokens = 0 } = result.measured.usage ?? {};
  return inputTokens + outputTokens > 0 ? { ...result, failure: { ...result.failure, mayBeBilled: true } } : result;
}

/** Reads an answer in one piece. If the provider sends a stream of events instead, they become one answer, as the client asked for. */
async function whole(response: Response, input: AttemptInput): Promise<CallResult> {
  const { chat, deployment, adapter, clock } = input;
  const text = await readText(response, MOST_ANSWER_BYTES);
  if (text === undefined) return failed(TOO_LARGE);
  const isEvents = isEventText(text);
  const reply = isEvents
    ? replyOfEvents(text, adapter.stream(chat, clock.now()))
    : adapter.reply(withoutComments(text), chat, clock.now());
  if (reply.ok) return { kind: 'reply', reply };
  // How much was made of an unreadable answer is unknown. A usage without output does not mean that there was no output, and a usage
  // among events may cover only the part before it.
  const isFinal = !isEvents && (reply.usage?.outputTokens ?? 0) > 0;
  const failure = billedIfServed(shownFailure(reply.failure, deployment));
  return { kind: 'failure', failure, measured: { usage: reply.usage, isFinal, made: 'unknown' } };
}

/** Reads a stream up to its first content. Until then nothing has reached the client, so it does not see a failure. */
async function streamed(
  body: ReadableStream<Uint8Array>,
  { chat, deployment, adapter, clock }: AttemptInput,
  limits: StreamLimits,
): Promise<CallResult> {
  const help: StreamHelp = {
    present: (failure) => shownFailure(failure, deployment),
    readWhole: (text) => {
      const reply = adapter.reply(text, chat, clock.now());
      if (reply.ok) return { ok: true, translator: new WholeAsStream(reply) };
      return { ok: false, failure: shownFailure(reply.failure, deployment), usage: reply.usage };
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
 * An attempt that our deadline cut short says nothing about the deployment, unless it had half of the total time to itself. Otherwise,
 * with a total time shorter than the deployment's own limit, a hanging deployment would never be blamed and no other would be tried.
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

/** The headers of each deployment's requests. Made once, because making native headers costs several times as much as a plain object. */
const upstreamHeaders = new WeakMap<Deployment, Headers>();

function headersFor(deployment: Deployment, outgoing: Outgoing): Headers {
  let headers = upstreamHeaders.get(deployment);
  if (headers === undefined) {
    // Firewalls in front of providers refuse requests without a user agent (Cloudflare's error 1010).
    headers = new Headers({ 'user-agent': USER_AGENT, ...outgoing.headers });
    upstreamHeaders.set(deployment, headers);
  }
  return headers;
}
