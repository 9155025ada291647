/**
 * A streamed answer on its way to the page. Whole events pass at once. If the connection breaks, the rest is fetched without the page
 * noticing. The page's reads drive the stream. Nothing else reads it, so it stops when the page leaves.
 */
import type { RouterErrorInfo } from './core/asking.ts';
import type { StreamFollower } from './core/follow.ts';
import { isLost, resumeAfterMs } from './core/patience.ts';
import { type Platform, pause } from './platform.ts';
import { awaitWatched, type Watch, within } from './watch.ts';

/** The result of an attempt to resume: the rest of the stream, nothing yet, or never. */
export type Resumed = { body: ReadableStream<Uint8Array> } | 'again' | 'never';

export interface Streaming {
  body: ReadableStream<Uint8Array>;
  follower: StreamFollower;
  watch: Watch;
  /** Absent if the stream cannot be resumed. */
  resume?: (lastId: string | undefined, signal: AbortSignal) => Promise<Resumed>;
  /** The event that the page gets if the rest of the stream is lost. */
  lostText: string;
  tell(event: 'resuming' | 'resumed' | 'lost'): void;
  /** Starts once the end has been read, and finishes before the stream closes, because an open stream keeps the worker alive. */
  onEnd(): Promise<void>;
  /** Called exactly once, however the stream ended. */
  onClose(): void;
}

/** The stream as the page's body. Closing the page, a reload and an abort all arrive here as `cancel`. */
export function pageBody(stream: FollowedStream): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const text = await stream.next();
      if (text === undefined) controller.close();
      else controller.enqueue(encoder.encode(text));
    },
    cancel: () => stream.leave(),
  });
}

export async function readToEnd(stream: FollowedStream): Promise<string> {
  let text = '';
  for (let events = await stream.next(); events !== undefined; events = await stream.next()) text += events;
  return text;
}

export class FollowedStream {
  readonly #platform: Platform;
  readonly #streaming: Streaming;
  readonly #left = new AbortController();
  #lines: Lines;
  /** The first events, if they were read before the page asked for them. */
  #ahead: Promise<string | undefined> | undefined;
  /** The work of `onEnd`, once the end has been read. */
  #ending: Promise<void> | undefined;
  #isClosed = false;
  /** When the connection broke. No byte has come since, not even a heartbeat's. */
  #brokenSince: number | undefined;
  /** Attempts to resume since the last byte. */
  #tries = 0;

  constructor(platform: Platform, streaming: Streaming) {
    this.#platform = platform;
    this.#streaming = streaming;
    this.#lines = new Lines(platform, streaming.body, streaming.watch);
  }

  /**
   * Reads the first events within `ms`, for a question that can fall back on a kept answer or the outbox. Nothing is lost, because
   * `next` returns these events first.
   */
  async begins(ms: number): Promise<'begun' | 'cut' | 'waiting'> {
    this.#ahead = this.#read();
    const first = await awaitWatched(this.#platform, this.#ahead, within(ms));
    if (first.kind === 'silent') return 'waiting';
    return first.kind === 'came' && first.value !== undefined ? 'begun' : 'cut';
  }

  /** The router's error, if one has ended the stream. */
  get error(): RouterErrorInfo | undefined {
    return this.#streaming.follower.error;
  }

  /** The next whole events as text; undefined once nothing more will come. */
  async next(): Promise<string | undefined> {
    while (this.#ending === undefined && !this.#left.signal.aborted) {
      const events = await (this.#ahead ?? this.#read());
      this.#ahead = undefined;
      if (this.#left.signal.aborted) break;
      if (this.#streaming.follower.isOver) this.#ending ??= this.#streaming.onEnd();
      if (events !== undefined) return events;
      if (await this.#goOn()) continue;
      if (this.#left.signal.aborted) break;
      this.#streaming.tell('lost');
      this.#ending = this.#streaming.onEnd();
      return this.#streaming.lostText;
    }
    this.#lines.leave();
    await this.#ending;
    this.#close();
    return undefined;
  }

  /** The next events of this connection; undefined if it broke. */
  async #read(): Promise<string | undefined> {
    const { follower } = this.#streaming;
    for (;;) {
      const text = await this.#lines.next();
      if (text === undefined) return undefined;
      this.#brokenSince = undefined;
      this.#tries = 0;
      const events = follower.feed(text);
      if (events !== '') return events;
      if (follower.isTooLong) return undefined;
    }
  }

  leave(): void {
    this.#left.abort();
    this.#lines.leave();
    this.#close();
  }

  #close(): void {
    if (!this.#isClosed) this.#streaming.onClose();
    this.#isClosed = true;
  }

  /** Resumes the stream over a new connection. Returns false if it cannot be resumed. */
  async #goOn(): Promise<boolean> {
    const { resume, follower, watch, tell } = this.#streaming;
    this.#lines.leave();
    if (resume === undefined) return false;
    const { signal } = this.#left;
    const { now, random } = this.#platform;
    tell('resuming');
    this.#brokenSince ??= now();
    while (!isLost(this.#brokenSince, now())) {
      await pause(this.#platform, resumeAfterMs(this.#tries++, random()), signal);
      if (signal.aborted) return false;
      const resumed = await resume(follower.lastEventId, signal);
      if (resumed === 'again') continue;
      if (resumed === 'never') return false;
      follower.restart();
      this.#lines = new Lines(this.#platform, resumed.body, watch);
      tell('resumed');
      return true;
    }
    return false;
  }
}

/** The text of one connection, watched for silence. */
class Lines {
  readonly #platform: Platform;
  readonly #watch: Watch;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();

  constructor(platform: Platform, body: ReadableStream<Uint8Array>, watch: Watch) {
    this.#platform = platform;
    this.#watch = watch;
    this.#reader = body.getReader();
  }

  /** The next piece of text; undefined if the connection ended, broke or is dead. */
  async next(): Promise<string | undefined> {
    const read = await awaitWatched(this.#platform, this.#reader.read(), this.#watch);
    if (read.kind !== 'came' || read.value.done) return undefined;
    return this.#decoder.decode(read.value.value, { stream: true });
  }

  leave(): void {
    this.#reader.cancel().catch(() => {});
  }
}
