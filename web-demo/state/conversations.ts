/**
 * All conversations, as this tab shows them and as they are kept. An event shows at once, and is then applied to the newest state that any
 * tab has kept, under a lock: no tab overwrites what another one wrote.
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

/** Beyond this, the conversation that was changed least recently makes room for a new one. */
const MOST_CONVERSATIONS = 150;

interface Entry {
  /** As last kept, as far as this tab knows. */
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
  /** Includes what only this tab knows so far. The newest first. */
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

  /** The conversation as it is kept; an empty one if there is nothing. */
  async open(id: string): Promise<ReadonlySignal<Conversation>> {
    const known = this.#entries.get(id);
    if (known !== undefined) return known.view;
    const stored = readConversation(await this.#ports.notes.get(CHAT + id));
    return (this.#entries.get(id) ?? this.#entry(id, stored)).view;
  }

  /** A new one, or one that is open already. */
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

  /** Shown when it returns; kept when the promise resolves. */
  async apply(id: string, event: ConversationEvent): Promise<void> {
    if (!this.#entries.has(id)) await this.open(id);
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.pending.push(event);
    this.#show(entry);
    entry.committing ??= this.#commit(id, entry);
    return entry.committing;
  }

  /** The browser keeps 500 notes of a person, and a conversation takes up to three. */
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

  /** Another tab has changed this note. */
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

  /** This tab's own writes come first: they may have read the state before the change. */
  async #read(name: string, entry: Entry): Promise<void> {
    await entry.committing;
    const stored = readConversation(await this.#ports.notes.get(name));
    if (entry.committing !== undefined) return this.#read(name, entry);
    // Deleted elsewhere: this tab continues to show it until another one is opened.
    if (stored === undefined) return;
    entry.base = stored;
    entry.isStored = true;
    this.#show(entry);
  }

  async #commit(id: string, entry: Entry): Promise<void> {
    try {
      await this.#keepPending(id, entry);
    } finally {
      // In the same step that found nothing left, so that the next event starts again.
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
        // Deleted meanwhile: an answer to it is dropped, and asking in it brings it back.
        if (isGone && !events.some(({ kind }) => kind === 'asked' || kind === 'asked-again')) {
          entry.pending.splice(0, events.length);
          this.#setHead(id, undefined);
          return;
        }
        const before = stored ?? entry.base;
        const next = fitted(events.reduce(afterEvent, before));
        if (next !== before) {
          // Without its conversation, a line of the list would open nothing at the next visit.
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
