/** The events of one keyed answer: the latest in memory, the others in pages. Readers ask for what they have not seen. */
import type { ChatChunk } from '../../../protocol/chat.ts';
import { StreamedCompletion } from '../../../protocol/completion-of-stream.ts';
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import type { AnswerEvent, Ending, RunEvent } from '../../core/answers/stream/events.ts';
import { PAGE_AGE_MS } from '../../core/answers/stream/limits.ts';
import { bytesOf, isPageDue, type Page, pageAfter, pagesOf, readPages } from '../../core/answers/stream/pages.ts';
import type { Clock } from '../../core/clock.ts';
import { ChangeListeners } from '../answers/change-listeners.ts';
import type { RunLog } from '../answers/run.ts';
import type { ServedLog } from '../answers/serve.ts';

/** Where pages are stored. A page is stored before anything that is sent after it. Pages are numbered from 0. The last has the ending. */
export interface PageStore {
  write(number: number, page: Page, ending: Ending | null): void;
  read(number: number): string;
}

/** What was stored before the object restarted. */
export interface StoredLog {
  lastIds: readonly number[];
  ending: Ending | null;
}

/** A run writes into this log. Any number of readers read it, each from its own position. */
export class AnswerLog implements RunLog, ServedLog {
  head: AnswerHead | null = null;
  ending: Ending | null;
  lastId: number;
  readonly changes = new ChangeListeners();
  readonly #store: PageStore;
  readonly #clock: Clock;
  /** The last id in each page. */
  readonly #pages: number[];
  #tail: AnswerEvent[] = [];
  #tailBytes = 0;
  #completion: string | undefined;
  #tailSince = Number.POSITIVE_INFINITY;
  #cancelFlush = () => {};

  constructor(store: PageStore, clock: Clock, stored: StoredLog = { lastIds: [], ending: null }) {
    this.#store = store;
    this.#clock = clock;
    this.#pages = [...stored.lastIds];
    this.lastId = this.#pages[this.#pages.length - 1] ?? 0;
    this.ending = stored.ending;
    if (this.#pages.length > 0) this.head = readPages(store.read(0)).head;
  }

  begin(head: AnswerHead): void {
    this.head = head;
    this.changes.notify();
  }

  append(events: readonly RunEvent[]): void {
    if (this.ending !== null) throw new Error('the answer has ended');
    for (const event of events) {
      const kept = { ...event, id: ++this.lastId };
      if (this.#tail.length === 0) {
        this.#tailSince = this.#clock.now();
        this.#cancelFlush = this.#clock.after(PAGE_AGE_MS, () => this.#flushIfDue());
      }
      this.#tail.push(kept);
      this.#tailBytes += bytesOf(kept);
      this.#flushIfDue();
    }
    if (events.length > 0) this.changes.notify();
  }

  /** Only the first call counts. The ending is stored before any reader gets it. A failure before content is sent, but not stored. */
  end(ending: Ending): void {
    if (this.ending !== null) return;
    if (ending.kind !== 'failed') this.#flush(ending);
    this.lose(ending);
  }

  lose(ending: Ending): void {
    this.#cancelFlush();
    this.ending = ending;
    this.changes.notify();
  }

  /** About one page of events after this one. */
  read(afterId: number): AnswerEvent[] {
    const first = this.#tail[0];
    if (first !== undefined && afterId >= first.id - 1) return this.#tail.slice(afterId + 1 - first.id);
    let number = pageAfter(this.#pages, afterId);
    if (number === this.#pages.length) return [];
    let text = this.#store.read(number);
    let page = readPages(text);
    while (page.isOpenEnded && number + 1 < this.#pages.length) {
      text += this.#store.read(++number);
      page = readPages(text);
    }
    return page.events.filter(({ id }) => id > afterId);
  }

  get completion(): string | undefined {
    if (this.ending?.kind !== 'complete' || this.ending.skippedEvents !== undefined) return undefined;
    this.#completion ??= this.#whole();
    return this.#completion;
  }

  /** The whole answer. If the provider answered as a whole, it is the provider's own JSON. */
  #whole(): string | undefined {
    const completion = new StreamedCompletion();
    for (let afterId = 0; afterId < this.lastId; ) {
      for (const { kind, data, id } of this.read(afterId)) {
        if (kind === 'completion') return data;
        completion.add(JSON.parse(data) as ChatChunk);
        afterId = id;
      }
    }
    const whole = completion.whole();
    return whole && JSON.stringify(whole);
  }

  listen(run: () => void): () => void {
    return this.changes.listen(run);
  }

  until(isSo: () => boolean): Promise<void> {
    return this.changes.until(isSo);
  }

  #flushIfDue(): void {
    if (this.#tail.length > 0 && isPageDue(this.#tailBytes, this.#tailSince, this.#clock.now())) this.#flush(null);
  }

  #flush(ending: Ending | null): void {
    this.#cancelFlush();
    const pages = pagesOf(this.#tail, this.#pages.length === 0 ? this.head : null);
    if (ending !== null && pages.length === 0) pages.push({ lastId: this.lastId, text: '' });
    for (const [index, page] of pages.entries()) {
      this.#store.write(this.#pages.length, page, index === pages.length - 1 ? ending : null);
      this.#pages.push(page.lastId);
    }
    this.#tail = [];
    this.#tailBytes = 0;
  }
}
