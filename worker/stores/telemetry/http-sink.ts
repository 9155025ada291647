/** Sends records to one receiver over HTTP, as spans or metrics. */
import { parsedJson } from '../../../protocol/json.ts';
import { retryAfterMs } from '../../core/retry-after.ts';
import type { RequestRecord } from '../../core/slo/record.ts';
import {
  CALL_TIMEOUT_MS,
  LONGEST_TURN_MS,
  MOST_ANSWER_BYTES,
  MOST_IN_A_CALL,
  MOST_WAITING,
  mayRetry,
  rejectedIn,
  retryWaitMs,
} from '../../core/telemetry/delivery.ts';
import type { Receiver } from '../../core/telemetry/telemetry.ts';
import { pause } from '../../core/within.ts';
import type { Clock, EventSink, Random, RecordSink, UpstreamFetch } from '../../ports.ts';
import { boundedText } from '../bounded-text.ts';

/** What a sink needs from outside. */
export interface SinkLinks {
  clock: Clock;
  random: Random;
  fetch: UpstreamFetch;
  events: EventSink;
  /** The body for these records; undefined where there is nothing to send. */
  encode(records: readonly RequestRecord[]): string | undefined;
}

/** How a call ended. `reason` never holds the address. */
type Called =
  | { kind: 'delivered'; rejected: number }
  | { kind: 'failed'; reason: string; mayRetry: boolean; retryAfterMs: number | null };

const SLACK_MS = 5_000;

/**
 * One call at a time, by the request that came first; the records of the others wait for it. A receiver that fails is tried again
 * after a growing wait, with the next records if no request can wait that long.
 */
export class HttpSink implements RecordSink {
  dropped = 0;
  readonly #receiver: Receiver;
  readonly #links: SinkLinks;
  #waiting: RequestRecord[] = [];
  /** Records in the call that is under way. */
  #underWay = 0;
  /** By then the request that sends has gone on, or was ended by the platform. */
  #busyUntil = 0;
  #failures = 0;
  #nextTryAt = 0;
  #lastReason: string | undefined;

  constructor(receiver: Receiver, links: SinkLinks) {
    this.#receiver = receiver;
    this.#links = links;
  }

  get name(): string {
    return this.#receiver.name;
  }

  async take(records: readonly RequestRecord[]): Promise<void> {
    const { clock } = this.#links;
    this.#keep([...this.#waiting, ...records]);
    if (clock.now() < this.#busyUntil) return;
    this.dropped += this.#underWay;
    this.#underWay = 0;
    const turnEndsAt = clock.now() + LONGEST_TURN_MS;
    while (this.#waiting.length > 0) {
      const waitMs = Math.max(0, this.#nextTryAt - clock.now());
      if (clock.now() + waitMs >= turnEndsAt) break;
      this.#busyUntil = clock.now() + waitMs + CALL_TIMEOUT_MS + SLACK_MS;
      if (waitMs > 0) await pause(waitMs, clock);
      await this.#send(this.#waiting.splice(0, MOST_IN_A_CALL));
    }
    this.#busyUntil = 0;
  }

  /** The newest that there is room for. */
  #keep(records: RequestRecord[]): void {
    const tooMany = Math.max(0, records.length - MOST_WAITING);
    this.dropped += tooMany;
    this.#waiting = tooMany === 0 ? records : records.slice(tooMany);
  }

  async #send(batch: RequestRecord[]): Promise<void> {
    this.#underWay = batch.length;
    const called = await this.#call(batch);
    this.#underWay = 0;
    if (called.kind === 'delivered') {
      this.dropped += Math.min(called.rejected, batch.length);
      this.#failures = 0;
      this.#tell(called.rejected > 0 ? `rejected ${called.rejected} of a call` : undefined, false);
      return;
    }
    this.#failures++;
    const { clock, random } = this.#links;
    this.#nextTryAt = clock.now() + retryWaitMs(this.#failures, called.retryAfterMs, random());
    if (called.mayRetry) this.#keep([...batch, ...this.#waiting]);
    else this.dropped += batch.length;
    this.#tell(called.reason, !called.mayRetry);
  }

  async #call(batch: readonly RequestRecord[]): Promise<Called> {
    const { clock, fetch, encode } = this.#links;
    const { url, headers, credentials, problem } = this.#receiver;
    if (problem !== undefined) return { kind: 'failed', reason: problem, mayRetry: false, retryAfterMs: null };
    const body = encode(batch);
    if (body === undefined) return { kind: 'delivered', rejected: 0 };
    const abort = new AbortController();
    const stopTimer = clock.after(CALL_TIMEOUT_MS, () => abort.abort());
    try {
      const response = await fetch(url, {
        ...{ method: 'POST', body, redirect: 'manual', signal: abort.signal },
        headers: {
          ...headers,
          ...(credentials !== undefined && { authorization: `Basic ${btoa(credentials)}` }),
          'content-type': 'application/json',
        },
      });
      const { status } = response;
      if (response.ok) {
        // It has taken the call, whatever becomes of its answer.
        const answer = await boundedText(response, MOST_ANSWER_BYTES).catch(() => undefined);
        return { kind: 'delivered', rejected: rejectedIn(parsedJson(answer ?? '')) };
      }
      response.body?.cancel().catch(() => {});
      const askedMs = retryAfterMs(response.headers.get('retry-after'), clock.now());
      return { kind: 'failed', reason: `answered ${status}`, mayRetry: mayRetry(status), retryAfterMs: askedMs };
    } catch {
      const seconds = CALL_TIMEOUT_MS / 1_000;
      const reason = abort.signal.aborted ? `did not answer within ${seconds} s` : 'cannot be reached';
      return { kind: 'failed', reason, mayRetry: true, retryAfterMs: null };
    } finally {
      stopTimer();
    }
  }

  /** Once for each thing that goes wrong, and once when nothing does any more. */
  #tell(reason: string | undefined, needsOperator: boolean): void {
    if (reason === this.#lastReason) return;
    this.#lastReason = reason;
    const { name, dropped } = this;
    if (reason === undefined) this.#links.events({ event: 'telemetry_back', sink: name, dropped });
    else this.#links.events({ event: 'telemetry_failing', sink: name, reason, dropped, needsOperator });
  }
}
