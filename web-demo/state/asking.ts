/** Asks one question: sends it, reads the answer as it arrives, and can stop it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { createParser } from 'eventsource-parser';
import type { Travel } from '/travel.js';
import { RESPONSE_HEADERS } from '../../protocol/headers.ts';
import { factsOf, problemOf } from '../core/answer-facts.ts';
import { ownProblem, type Settled } from '../core/conversation-events.ts';
import type { AnswerFacts } from '../core/facts.ts';
import { errorInBody, Reading } from '../core/reading.ts';
import type { Ports } from './ports.ts';

export type AskEnd =
  | { kind: 'queued'; queueId: string; cause: string; facts: AnswerFacts }
  | { kind: 'settled'; text: string; outcome: Settled };

export interface Asking {
  /** The text so far. It changes at most once a frame. */
  text: ReadonlySignal<string>;
  /** True while a broken answer is being resumed. */
  isResuming: ReadonlySignal<boolean>;
  stop(): void;
  ended: Promise<AskEnd>;
}

export interface AskPorts extends Pick<Ports, 'fetch' | 'now' | 'elapsedMs' | 'frame'> {
  /** Nothing is sent before travel mode is ready, because the question would belong to nobody. */
  travel: Promise<Pick<Travel, 'stop' | 'cancel' | 'follow' | 'addEventListener' | 'removeEventListener'>>;
  /** `isRefused`: true if the last token was refused. Returns null if nobody is signed in, and '' if no token could be obtained. */
  token(isRefused?: boolean): Promise<string | null>;
}

export interface Question {
  body: string;
  askedAt: number;
  /** True if another page began to ask it. That page has seen the first word, and its request is the one that is charged. */
  isTakenOver?: boolean;
  headers?: Readonly<Record<string, string>>;
}

export function ask(ports: AskPorts, question: Question): Asking {
  const asking = new OneAsk(ports, question);
  return { text: asking.text, isResuming: asking.isResuming, stop: () => asking.stop(), ended: asking.run() };
}

class OneAsk {
  readonly text = signal('');
  readonly isResuming = signal(false);
  readonly #ports: AskPorts;
  readonly #question: Question;
  readonly #reading = new Reading();
  readonly #beganMs: number;
  #firstWordMs: number | null = null;
  #resumed = 0;
  #isFrameWanted = false;
  #response: Response | undefined;
  #isStopped = false;
  /** Aborts the current wait. */
  #wakeUp: () => void = () => {};

  constructor(ports: AskPorts, question: Question) {
    this.#ports = ports;
    this.#question = question;
    this.#beganMs = ports.elapsedMs();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wakeUp();
  }

  async run(): Promise<AskEnd> {
    const travel = await this.#ports.travel;
    if (this.#isStopped) return this.#settled({ state: 'stopped', facts: this.#facts() });
    const onResume = (event: CustomEvent<{ streamId: string }>) => this.#onResume(event);
    travel.addEventListener('resuming', onResume);
    travel.addEventListener('resumed', onResume);
    try {
      const sending = this.#send();
      const stopped = new Promise<undefined>((resolve) => {
        this.#wakeUp = () => resolve(undefined);
      });
      const sent = await Promise.race([sending, stopped]);
      if (sent === undefined) {
        // The response's headers come later, and only they say which run to stop.
        void sending.then((late) => late instanceof Response && this.#endRun(late));
        return this.#settled({ state: 'stopped', facts: this.#facts() });
      }
      return sent instanceof Response ? await this.#read(sent) : sent;
    } finally {
      travel.removeEventListener('resuming', onResume as EventListener);
      travel.removeEventListener('resumed', onResume as EventListener);
    }
  }

  async #send(): Promise<Response | AskEnd> {
    const { body, headers } = this.#question;
    const post = async (token: string) =>
      this.#ports.fetch('/ai', {
        method: 'POST',
        headers: {
          ...(token !== '' && { authorization: `Bearer ${token}` }),
          'content-type': 'application/json',
          'x-carryon-travel': 'queue',
          ...headers,
        },
        body,
      });
    try {
      const token = await this.#ports.token();
      if (token === null) return this.#failed('no_token');
      const response = await post(token);
      if (response.status !== 401) return response;
      const newToken = await this.#ports.token(true);
      return newToken === null || newToken === token ? response : await post(newToken);
    } catch {
      return this.#failed('offline');
    }
  }

  async #read(response: Response): Promise<AskEnd> {
    this.#response = response;
    const header = (name: string) => response.headers.get(name);
    if (!response.ok) {
      const body = await response.text().catch(() => '');
      this.#reading.take(body);
      const queueId = header(RESPONSE_HEADERS.travelId);
      if (header(RESPONSE_HEADERS.travel) === 'queued' && queueId !== null)
        return {
          kind: 'queued',
          queueId,
          cause: header(RESPONSE_HEADERS.travelCause) ?? 'offline',
          facts: this.#facts(),
        };
      const problem = problemOf(response.status, header, errorInBody(body), this.#ports.now());
      return this.#settled({ state: 'failed', problem, facts: this.#facts() });
    }
    const followed = (await this.#ports.travel).follow(response);
    const reader = (followed.body ?? new Blob().stream()).getReader();
    const parser = createParser({ onEvent: ({ data }) => this.#take(data) });
    const decoder = new TextDecoder();
    const leave = () => void reader.cancel().catch(() => {});
    this.#wakeUp = leave;
    while (!this.#isStopped && !this.#reading.isDone && this.#reading.error === undefined) {
      const next = await reader.read().catch(() => undefined);
      if (next === undefined || next.done) break;
      parser.feed(decoder.decode(next.value, { stream: true }));
    }
    leave();
    return this.#end(response);
  }

  #take(data: string): void {
    const before = this.#reading.text;
    this.#reading.take(data);
    const { text } = this.#reading;
    if (text === before) return;
    this.#firstWordMs ??= this.#ports.elapsedMs() - this.#beganMs;
    if (this.#isFrameWanted) return;
    this.#isFrameWanted = true;
    this.#ports.frame(() => {
      this.#isFrameWanted = false;
      this.text.value = this.#reading.text;
    });
  }

  #end(response: Response): AskEnd {
    const { isDone, error } = this.#reading;
    const facts = this.#facts();
    if (isDone) return this.#settled({ state: 'complete', facts });
    if (this.#isStopped) this.#endRun(response);
    // The person pressed Stop here or in another tab.
    if (this.#isStopped || error?.code === 'stopped') return this.#settled({ state: 'stopped', facts });
    const header = (name: string) => response.headers.get(name);
    const problem = problemOf(null, header, error ?? { code: 'stream_lost', message: null }, this.#ports.now());
    return this.#settled({ state: 'failed', problem, facts });
  }

  #failed(code: string): AskEnd {
    return this.#settled({ state: 'failed', problem: ownProblem(code), facts: null });
  }

  #settled(outcome: Settled): AskEnd {
    return { kind: 'settled', text: this.#reading.text, outcome };
  }

  #facts() {
    const { now, elapsedMs } = this.#ports;
    const headers = this.#response?.headers;
    const { askedAt, isTakenOver = false } = this.#question;
    const answeredAt = now();
    const facts = factsOf((name) => headers?.get(name) ?? null, this.#reading.told, {
      ...{ askedAt, answeredAt, resumed: this.#resumed },
      firstWordMs: isTakenOver ? null : this.#firstWordMs,
      totalMs: isTakenOver ? answeredAt - askedAt : elapsedMs() - this.#beganMs,
    });
    return isTakenOver && facts.source.kind === 'live' && facts.costUsd === 0 ? { ...facts, costUsd: null } : facts;
  }

  #endRun(response: Response): void {
    const queueId = response.headers.get(RESPONSE_HEADERS.travelId);
    void this.#ports.travel
      .then((travel) => (queueId === null ? travel.stop(response) : travel.cancel(queueId)))
      .catch(() => false);
    if (response.body !== null && !response.body.locked) void response.body.cancel().catch(() => {});
  }

  #onResume({ type, detail }: CustomEvent<{ streamId: string }>): void {
    if (detail.streamId !== this.#response?.headers.get('x-carryon-stream-id')) return;
    this.isResuming.value = type === 'resuming';
    if (type === 'resumed') this.#resumed++;
  }
}
