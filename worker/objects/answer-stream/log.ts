/** The events of one answer: the last ones in memory, the others in pages. Whoever reads asks for what he has not seen. */
import type { ChatChunk } from '../../../protocol/chat.ts';
import { StreamedCompletion } from '../../../protocol/completion-of-stream.ts';
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import type { AnswerEvent, Ending, RunEvent } from '../../core/answers/stream/events.ts';
import { PAGE_AGE_MS } from '../../core/answers/stream/limits.ts';
import { bytesOf, isPageDue, type Page, pagesOf, readPages } from '../../core/answers/stream/pages.ts';
import type { Clock } from '../../core/clock.ts';

/** Durable before anything that is sent afterwards. Pages are numbered from 0; the last one brings the ending. */
export interface PageStore {
  write(number: number, page: Page, ending: Ending | null): void;
  read(number: number): string;
}

/** What a former life stored. */
export interface StoredLog {
  lastIds: readonly number[];
  ending: Ending | null;
}

export class AnswerLog {
  head: AnswerHead | null = null;
  ending: Ending | null;
  /** When it ended in this life. */
  endedAt = Number.POSITIVE_INFINITY;
  /** The last event's. */
  lastId: number;
  readonly #store: PageStore;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  /** Of each page, the last id in it. */
  readonly #pages: number[];
  #tail: AnswerEvent[] = [];
  #tailBytes = 0;
  #completion: string | undefined;
  #tailSince = Number.POSITIVE_INFINITY;
  #callOff = () => {};

  constructor(store: PageStore, clock: Clock, stored: StoredLog = { lastIds: [], ending: null }) {
    this.#store = store;
    this.#clock = clock;
    this.#pages = [...stored.lastIds];
    this.lastId = this.#pages[this.#pages.length - 1] ?? 0;
    this.ending = stored.ending;
    if (this.#pages.length > 0) this.head = readPages(store.read(0)).head;
  }

  get endId(): number {
    return this.lastId + 1;
  }

  /** The headers are known, because content begins. */
  begin(head: AnswerHead): void {
    this.head = head;
    this.tell();
  }

  append(events: readonly RunEvent[]): void {
    if (this.ending !== null) throw new Error('the answer has ended');
    for (const event of events) {
      const kept = { ...event, id: ++this.lastId };
      if (this.#tail.length === 0) {
        this.#tailSince = this.#clock.now();
        this.#callOff = this.#clock.after(PAGE_AGE_MS, () => this.#flushIfDue());
      }
      this.#tail.push(kept);
      this.#tailBytes += bytesOf(kept);
      this.#flushIfDue();
    }
    if (events.length > 0) this.tell();
  }

  /** Once; stored before anybody hears of it. What failed before content is told, and not kept. */
  end(ending: Ending): void {
    if (this.ending !== null) return;
    if (ending.standing !== 'failed') this.#flush(ending);
    this.lose(ending);
  }

  /** An ending that cannot be stored: for those who read now. */
  lose(ending: Ending): void {
    this.#callOff();
    this.ending = ending;
    this.endedAt = this.#clock.now();
    this.tell();
  }

  /** Events after this one, at most about a page of them; none where there is nothing yet, or nothing more. */
  read(afterId: number): AnswerEvent[] {
    const first = this.#tail[0];
    if (first !== undefined && afterId >= first.id - 1) return this.#tail.slice(afterId + 1 - first.id);
    let number = firstAbove(this.#pages, afterId);
    if (number === this.#pages.length) return [];
    let text = this.#store.read(number);
    let page = readPages(text);
    while (page.isOpenEnded && number + 1 < this.#pages.length) {
      text += this.#store.read(++number);
      page = readPages(text);
    }
    return page.events.filter(({ id }) => id > afterId);
  }

  /**
   * Once it is complete: as one JSON, the provider's own where it answered so. Undefined where it has no end, or where events of
   * the provider could not be read.
   */
  get completion(): string | undefined {
    if (this.ending?.standing === 'complete' && this.ending.skippedEvents !== undefined) return undefined;
    this.#completion ??= this.#whole();
    return this.#completion;
  }

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

  /** Told of every change; the returned function ends it. */
  listen(run: () => void): () => void {
    this.#listeners.add(run);
    return () => void this.#listeners.delete(run);
  }

  /** Resolves as soon as it is so. */
  until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      const unlisten = this.listen(() => {
        if (!isSo()) return;
        unlisten();
        resolve();
      });
    });
  }

  #flushIfDue(): void {
    if (this.#tail.length > 0 && isPageDue(this.#tailBytes, this.#tailSince, this.#clock.now())) this.#flush(null);
  }

  #flush(ending: Ending | null): void {
    this.#callOff();
    const pages = pagesOf(this.#tail, this.#pages.length === 0 ? this.head : null);
    if (ending !== null && pages.length === 0) pages.push({ lastId: this.lastId, text: '' });
    for (const [index, page] of pages.entries()) {
      this.#store.write(this.#pages.length, page, index === pages.length - 1 ? ending : null);
      this.#pages.push(page.lastId);
    }
    this.#tail = [];
    this.#tailBytes = 0;
  }

  /** Something that listeners wait for has changed. */
  tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The first index whose value is above; the values never fall. */
function firstAbove(values: readonly number[], limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
