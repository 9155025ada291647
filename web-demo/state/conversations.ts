/**
 * All conversations, as this tab shows them and as they are kept. An event shows at once. Then, under a lock, it is applied to the newest
 * state that any tab has kept, so no tab overwrites what another tab wrote.
 */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Conversation, ConversationHead } from '../core/conversation.ts';
import { afterEvent, type ConversationEvent, emptyConversation } from '../core/conversation-events.ts';
import {
  CHAT,
  conversationText,
  fitted,
  HEAD,
  headText,
  type KeptHead,
  keptHeadOf,
  readConversation,
  readHead,
} from '../core/kept.ts';
import type { Ports } from './ports.ts';

/** If there are more, the conversation that was changed least recently is removed for a new one. */
const MOST_CONVERSATIONS = 150;

interface Entry {
  /** The last kept state that this tab knows. */
  base: Conversation;
  isStored: boolean;
  pending: ConversationEvent[];
  view: Signal<Conversation>;
  committing: Promise<void> | undefined;
}

export class Conversations {
  readonly #ports: Pick<Ports, 'notes' | 'locked' | 'now'>;
  readonly #entries = new Map<string, Entry>();
  readonly #heads = signal<ReadonlyMap<string, KeptHead>>(new Map());
  /** The list of conversations, newest first. It includes what only this tab knows so far. */
  readonly heads: ReadonlySignal<readonly KeptHead[]> = computed(() =>
    [...this.#heads.value.values()].sort((one, other) => other.changedAt - one.changedAt),
  );

  constructor(ports: Pick<Ports, 'notes' | 'locked' | 'now'>) {
    this.#ports = ports;
  }

  async load(): Promise<void> {
    const notes = await this.#ports.notes.list(HEAD);
    const heads = notes.flatMap(({ text }) => readHead(text) ?? []);
    this.#heads.value = new Map([...heads.map((head) => [head.id, head] as const), ...this.#heads.value]);
  }

  /** The conversation as it is kept, or an empty one if there is none. */
  async open(id: string): Promise<ReadonlySignal<Conversation>> {
    const known = this.#entries.get(id);
    if (known !== undefined) return known.view;
    const stored = readConversation(await this.#ports.notes.get(CHAT + id));
    return (this.#entries.get(id) ?? this.#entry(id, stored)).view;
  }

  /** A new conversation, or one that is open already. */
  at(id: string): ReadonlySignal<Conversation> {
    return (this.#entries.get(id) ?? this.#entry(id, undefined)).view;
  }

  #entry(id: string, stored: Conversation | undefined): Entry {
    const base = stored ?? emptyConversation(id, this.#ports.now());
    const entry: Entry = {
      ...{ base, isStored: stored !== undefined, pending: [] },
      ...{ view: signal(base), committing: undefined },
    };
    this.#entries.set(id, entry);
    return entry;
  }

  /** Applies an event. It is shown when this returns, and kept when the promise resolves. */
  async apply(id: string, event: ConversationEvent): Promise<void> {
    if (!this.#entries.has(id)) await this.open(id);
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.pending.push(event);
    this.#show(entry);
    entry.committing ??= this.#commit(id, entry);
    return entry.committing;
  }

  /** Removes the oldest conversations, because the browser keeps 500 notes of a person and a conversation takes up to three. */
  async makeRoom(): Promise<void> {
    const tooOld = this.heads.peek().slice(MOST_CONVERSATIONS);
    for (const { id, waiting, isAsking } of tooOld) if (waiting === 0 && !isAsking) await this.remove(id);
  }

  async remove(id: string): Promise<void> {
    this.#entries.get(id)?.pending.splice(0);
    this.#entries.delete(id);
    this.#setHead(id, undefined);
    await this.#ports.locked(id, async () => {
      await this.#ports.notes.delete(CHAT + id);
      await this.#ports.notes.delete(HEAD + id);
    });
  }

  /** Called when another tab has changed this note. */
  async changedElsewhere(name: string): Promise<void> {
    if (name.startsWith(HEAD)) {
      const id = name.slice(HEAD.length);
      const head = readHead(await this.#ports.notes.get(name));
      if (!this.#entries.get(id)?.pending.length) this.#setHead(id, head);
    } else if (name.startsWith(CHAT)) {
      const entry = this.#entries.get(name.slice(CHAT.length));
      if (entry !== undefined) await this.#read(name, entry);
    }
  }

  /** Reads a changed conversation. This tab's own writes finish first, because they may have read the state before the change. */
  async #read(name: string, entry: Entry): Promise<void> {
    await entry.committing;
    const stored = readConversation(await this.#ports.notes.get(name));
    if (entry.committing !== undefined) return this.#read(name, entry);
    // Another tab has deleted it. This tab continues to show it until another conversation is opened.
    if (stored === undefined) return;
    entry.base = stored;
    entry.isStored = true;
    this.#show(entry);
  }

  async #commit(id: string, entry: Entry): Promise<void> {
    try {
      await this.#keepPending(id, entry);
    } finally {
      // This is cleared in the same step that found nothing left, so that the next event starts a new commit.
      entry.committing = undefined;
    }
  }

  async #keepPending(id: string, entry: Entry): Promise<void> {
    const { notes, locked } = this.#ports;
    while (entry.pending.length > 0) {
      await locked(id, async () => {
        const stored = readConversation(await notes.get(CHAT + id));
        const isGone = stored === undefined && entry.isStored;
        const events = [...entry.pending];
        // The conversation was deleted meanwhile. An answer to it is dropped, but a question in it brings it back.
        if (isGone && !events.some(({ kind }) => kind === 'asked' || kind === 'asked-again')) {
          entry.pending.splice(0, events.length);
          this.#setHead(id, undefined);
          return;
        }
        const before = stored ?? entry.base;
        const next = fitted(events.reduce(afterEvent, before));
        if (next !== before) {
          // The line of the list is kept only with its conversation. Otherwise it would open nothing at the next visit.
          if (await notes.put(CHAT + id, conversationText(next)))
            await notes.put(HEAD + id, headText(keptHeadOf(next)));
          entry.isStored = true;
        }
        entry.base = next;
        entry.pending.splice(0, events.length);
        if (this.#entries.get(id) === entry) this.#show(entry);
      });
    }
  }

  #show(entry: Entry): void {
    const next = entry.pending.reduce(afterEvent, entry.base);
    entry.view.value = next;
    if (next.turns.length > 0) this.#setHead(next.id, keptHeadOf(next));
  }

  #setHead(id: string, head: KeptHead | undefined): void {
    const heads = new Map(this.#heads.peek());
    if (head === undefined) heads.delete(id);
    else heads.set(id, head);
    this.#heads.value = heads;
  }
}

export const shownHead = ({ id, title, changedAt, waiting, isAsking }: KeptHead): ConversationHead => ({
  ...{ id, title, changedAt, waiting, isAsking },
});
