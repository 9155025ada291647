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
  /** The body for these records. Undefined if there is nothing to send. */
  encode(records: readonly RequestRecord[]): string | undefined;
}

/** Why the receiver did not take a call. `reason` never holds its address. */
interface Trouble {
  reason: string;
  mayRetry: boolean;
  retryAfterMs: number | null;
}

const SLACK_MS = 5_000;

/**
 * Makes one call at a time, in the request that came first. The records of other requests wait for that call. A receiver that fails is
 * tried again after a growing wait, or with the next records if no request can wait that long.
 */
export class HttpSink implements RecordSink {
  readonly name: string;
  dropped = 0;
  readonly #receiver: Receiver;
  readonly #links: SinkLinks;
  #waiting: RequestRecord[] = [];
  /** Records in the call that is under way. */
  #underWay = 0;
  /** By this time the sending request has finished its call, or the platform has ended the request. */
  #busyUntil = 0;
  #failures = 0;
  #nextTryAt = 0;
  #lastReason: string | undefined;

  constructor(receiver: Receiver, links: SinkLinks) {
    this.name = receiver.name;
    this.#receiver = receiver;
    this.#links = links;
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

  /** Keeps the newest records, as many as there is room for. */
  #keep(records: RequestRecord[]): void {
    const tooMany = Math.max(0, records.length - MOST_WAITING);
    this.dropped += tooMany;
    this.#waiting = tooMany === 0 ? records : records.slice(tooMany);
  }

  async #send(batch: RequestRecord[]): Promise<void> {
    this.#underWay = batch.length;
    const trouble = await this.#call(batch);
    this.#underWay = 0;
    if (trouble === undefined) {
      this.#failures = 0;
      this.#tell(undefined, false);
      return;
    }
    const { clock, random } = this.#links;
    this.#nextTryAt = clock.now() + retryWaitMs(++this.#failures, trouble.retryAfterMs, random());
    if (trouble.mayRetry) this.#keep([...batch, ...this.#waiting]);
    else this.dropped += batch.length;
    this.#tell(trouble.reason, !trouble.mayRetry);
  }

  async #call(batch: readonly RequestRecord[]): Promise<Trouble | undefined> {
    const { clock, fetch, encode } = this.#links;
    const { url, headers, credentials, problem } = this.#receiver;
    if (problem !== undefined) return { reason: problem, mayRetry: false, retryAfterMs: null };
    const body = encode(batch);
    if (body === undefined) return undefined;
    const abort = new AbortController();
    const stopTimer = clock.after(CALL_TIMEOUT_MS, () => abort.abort());
    const init = { method: 'POST', body, redirect: 'manual' as const, signal: abort.signal };
    const authorization = credentials && `Basic ${btoa(credentials)}`;
    try {
      const response = await fetch(url, {
        ...init,
        headers: { ...headers, ...(authorization && { authorization }), 'content-type': 'application/json' },
      });
      const { ok, status } = response;
      // The receiver has taken the call, even if its answer cannot be read.
      const answer = await boundedText(response, MOST_ANSWER_BYTES).catch(() => undefined);
      if (ok) {
        this.dropped += Math.min(rejectedIn(parsedJson(answer ?? '')), batch.length);
        return undefined;
      }
      const askedMs = retryAfterMs(response.headers.get('retry-after'), clock.now());
      return { reason: `answered ${status}`, mayRetry: mayRetry(status), retryAfterMs: askedMs };
    } catch {
      const reason = abort.signal.aborted ? `did not answer within ${CALL_TIMEOUT_MS} ms` : 'cannot be reached';
      return { reason, mayRetry: true, retryAfterMs: null };
    } finally {
      stopTimer();
    }
  }

  /** Writes one event for each new reason of failure, and one when calls succeed again. */
  #tell(reason: string | undefined, needsOperator: boolean): void {
    if (reason === this.#lastReason) return;
    this.#lastReason = reason;
    const { name, dropped } = this;
    if (reason === undefined) this.#links.events({ event: 'telemetry_back', sink: name, dropped });
    else this.#links.events({ event: 'telemetry_failing', sink: name, reason, dropped, needsOperator });
  }
}
