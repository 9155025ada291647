/** Questions that wait for a network: accepted, sent once each, and kept with their answers until they are removed. */
import { uuidV7 } from '../protocol/uuid-v7.ts';
import {
  afterDeath,
  afterSending,
  countWaiting,
  hasRoomFor,
  inOnePiece,
  mayCancel,
  newRow,
  nextDue,
  nextToSend,
  type QueuedRow,
  rowAt,
  sentNow,
  storableHeaders,
  takenForSending,
} from './core/outbox.ts';
import type { Parts } from './parts.ts';
import { isRouterThere } from './send.ts';
import { type Arrived, sendQueued } from './send-queued.ts';
import { bytesOf } from './store/seal.ts';
import type { Person, Question, QueuedAnswer } from './store/store.ts';

export interface ToQueue {
  id: string;
  feature: string;
  askedAt: number;
  path: string;
  body: string;
  headers: Headers;
  /** The question's key (`keyOf`) when it was asked. */
  sentUnder: string;
}

/** How a flush ended. `unreached`: the router was not reached, so the browser should wake this worker later if it can. */
export type FlushEnd = 'done' | 'unreached';

export class Outbox {
  readonly #parts: Parts;
  readonly #locks: LockManager;
  /** Asks the browser to wake this worker when there is a network. */
  readonly #wakeLater: () => Promise<void>;
  #running: Promise<FlushEnd> | undefined;
  #isWanted = false;
  #callOff = () => {};
  /** Aborts the question that is being sent for a person. The key is the person's part. */
  readonly #lines = new Map<string, AbortController>();

  constructor(parts: Parts, locks: LockManager, wakeLater: () => Promise<void>) {
    this.#parts = parts;
    this.#locks = locks;
    this.#wakeLater = wakeLater;
  }

  /** Returns the question's id, or undefined if the outbox does not accept it. A question that is already there is not added again. */
  async add(person: Person, asked: ToQueue): Promise<string | undefined> {
    const { id, feature, askedAt, path, sentUnder } = asked;
    const body = inOnePiece(asked.body);
    if (body === undefined) return undefined;
    const row = newRow({ id, part: person.part, askedAt, feature });
    const headers = storableHeaders(asked.headers);
    const bytes = bytesOf(body);
    const taken = await this.#parts.store.enqueue(person, row, { path, body, headers, sentUnder }, (others) =>
      hasRoomFor(others, bytes),
    );
    if (typeof taken === 'string') return undefined;
    await this.changed(person);
    void this.#wakeLater();
    return taken.id;
  }

  async list(person: Person): Promise<QueuedRow[]> {
    const { store, platform } = this.#parts;
    const now = platform.now();
    return (await store.queued(person)).flatMap((row) => rowAt(row, now) ?? []);
  }

  /** Returns false if there is no question with this id, or if it is being sent. */
  async cancel(person: Person, id: string): Promise<boolean> {
    let isOut = false;
    await this.#parts.store.changeQueued(person, id, (row) => {
      isOut = mayCancel(row);
      return isOut ? null : undefined;
    });
    if (isOut) await this.changed(person);
    return isOut;
  }

  /** Makes a question due and returns its id from now on; undefined if there is no question with this id. `flush` sends it. */
  async sendNow(person: Person, id: string): Promise<string | undefined> {
    const { store, platform } = this.#parts;
    const now = platform.now();
    const newId = uuidV7(now + (await store.clockOffsetMs()), platform.bytes(10));
    const known = (await this.list(person)).find((row) => row.id === id);
    if (known === undefined) return undefined;
    const next = sentNow(known, newId, now);
    const isNew = next.id !== id;
    const changed = isNew
      ? await store.requeue(person, id, next)
      : await store.changeQueued(person, id, (row) => (row.state === 'waiting' ? next : undefined));
    await this.changed(person);
    return changed?.id;
  }

  answer(person: Person, id: string): Promise<QueuedAnswer | undefined> {
    return this.#parts.store.queuedAnswer(person, id);
  }

  /** Called when a tab has named this person. Returns how many of their questions wait. */
  async opened(person: Person): Promise<number> {
    const waiting = countWaiting(await this.list(person));
    if (waiting > 0) void this.#wakeLater();
    return waiting;
  }

  /** Aborts what is being sent for a person who leaves. */
  leave(person: Person): void {
    this.#lines.get(person.part)?.abort();
  }

  /** Sends what may be sent. One round at a time across all workers of this origin. */
  flush(): Promise<FlushEnd> {
    this.#isWanted = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<FlushEnd> {
    try {
      let end: FlushEnd = 'done';
      // A flush may be requested during a round, perhaps for a question that the round has not seen.
      while (this.#isWanted) {
        this.#isWanted = false;
        const name = `carryon outbox ${this.#parts.router}`;
        end = await this.#locks.request(name, { ifAvailable: true }, (lock) =>
          lock === null ? 'done' : this.#round(),
        );
      }
      return end;
    } finally {
      this.#running = undefined;
    }
  }

  async #round(): Promise<FlushEnd> {
    this.#callOff();
    const { store, platform, tabs, router } = this.#parts;
    const people = await store.peopleWithQueue();
    for (const person of people) await this.#mend(person);
    const now = platform.now();
    const rows = await Promise.all(people.map((person) => store.queued(person)));
    if (tabs.connection === 'online' && rows.every((own) => nextToSend(own, now) === undefined)) {
      await this.#comeAgain(people);
      return 'done';
    }
    // The prompt and the token go only to a server that has shown that it is the router.
    const isReached = platform.isOnline() && (await isRouterThere(platform, router));
    tabs.reached(isReached);
    if (!isReached) return 'unreached';
    let end: FlushEnd = 'done';
    for (const person of people) {
      const sent = await this.#sendAll(person);
      if (sent === 'gone') return 'unreached';
      if (sent === 'unreached') end = 'unreached';
    }
    await this.#comeAgain(people);
    return end;
  }

  /**
   * Starts the next round when the first postponed question is due. If this worker ends before that, a page's sign of a network starts it.
   */
  async #comeAgain(people: readonly Person[]): Promise<void> {
    const { store, platform } = this.#parts;
    const now = platform.now();
    const rows = await Promise.all(people.map((person) => store.queued(person)));
    const dueAt = nextDue(rows.flat(), now);
    if (dueAt !== undefined) this.#callOff = platform.after(dueAt - now, () => void this.flush());
  }

  /** Repairs rows. Under the lock no other worker sends, so a row in state `sending` was left behind by a worker that died. */
  async #mend(person: Person): Promise<void> {
    const { store, platform } = this.#parts;
    const now = platform.now();
    let isChanged = false;
    for (const { id } of await store.queued(person))
      await store.changeQueued(person, id, (row) => {
        const next = rowAt(afterDeath(row), now);
        if (next?.state === row.state) return undefined;
        isChanged = true;
        return next;
      });
    if (isChanged) await this.changed(person);
  }

  /** Sends the person's questions one after the other. `gone`: the router is no longer reachable. */
  async #sendAll(person: Person): Promise<FlushEnd | 'gone'> {
    const { store, platform, tabs, router } = this.#parts;
    let end: FlushEnd = 'done';
    // Each question is sent once per round, even if its outcome could not be stored.
    const tried = new Set<string>();
    for (;;) {
      const rows = (await store.queued(person)).filter(({ id }) => !tried.has(id));
      const next = nextToSend(rows, platform.now());
      if (next === undefined) return end;
      tried.add(next.id);
      const token = await tabs.token(person);
      // No open tab of this person gave a token, so the question stays in the outbox.
      if (token === null) return end;
      if ((await this.#sendOne(person, next.id, token)) === 'done') continue;
      // A filter on the way may block the text of this question and let the others through.
      if (!(await isRouterThere(platform, router))) return 'gone';
      end = 'unreached';
    }
  }

  async #sendOne(person: Person, id: string, token: string): Promise<FlushEnd> {
    const line = new AbortController();
    this.#lines.set(person.part, line);
    try {
      return await this.#sendOver(line.signal, person, id, token);
    } finally {
      this.#lines.delete(person.part);
    }
  }

  async #sendOver(signal: AbortSignal, person: Person, id: string, token: string): Promise<FlushEnd> {
    const { store, platform } = this.#parts;
    const taken = await store.changeQueued(person, id, takenForSending);
    if (taken?.state !== 'sending') return 'done';
    await this.changed(person);
    const question = await store.question(person, id);
    const arrived = question && (await this.#ask(signal, person, id, question, token));
    if (question === undefined) {
      // The question cannot be decrypted. It is damaged on the disk.
      await store.changeQueued(person, id, (row) => ({ ...row, state: 'failed', lastError: 'unreadable' }));
    } else if (arrived !== undefined) {
      const row = afterSending(taken, arrived, platform.now());
      await this.#settle(person, row, question.sentUnder, arrived);
    }
    await this.changed(person);
    return arrived?.kind === 'unreached' ? 'unreached' : 'done';
  }

  /** Retries with a second token if the first is refused: it may have expired while the question was being sent. */
  async #ask(signal: AbortSignal, person: Person, id: string, question: Question, token: string) {
    const ask = (token: string) => sendQueued(this.#parts, { id, person, question, token, signal });
    const arrived = await ask(token);
    const isRefused = arrived?.kind === 'refused' && arrived.status === 401;
    const another = isRefused ? await this.#parts.tabs.token(person) : null;
    return another === null ? arrived : await ask(another);
  }

  async #settle(person: Person, row: QueuedRow, sentUnder: string, arrived: Arrived): Promise<void> {
    const { store, tabs, reports } = this.#parts;
    if (arrived.kind === 'answered') {
      const { answer, copy } = arrived;
      if ((await store.answerQueued(person, row, answer, sentUnder, copy)) === undefined) return;
      await reports.note(person, 'sent', row.feature, row.askedAt);
      await tabs.tell('answered', { id: row.id }, { kind: 'person', person });
      return;
    }
    await store.changeQueued(person, row.id, (known) => (known.state === 'sending' ? row : undefined));
    // The next ask of this question is a new one.
    if (row.state === 'failed') await store.delivered(person, sentUnder, row.id);
  }

  /** Tells the person's tabs that the outbox has changed. */
  async changed(person: Person): Promise<void> {
    await this.#parts.tabs.tell(
      'queue',
      { waiting: countWaiting(await this.list(person)) },
      { kind: 'person', person },
    );
  }
}
