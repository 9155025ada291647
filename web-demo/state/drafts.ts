/** Drafts, one per conversation. They are kept repeatedly while a person types, and when the page is hidden. */
import { effect, type Signal, signal } from '@preact/signals';
import { DRAFT } from '../core/kept.ts';
import type { Ports } from './ports.ts';

/** A browser that is killed loses at most this much typing. */
const KEPT_AFTER_MS = 400;

export class Drafts {
  /** The draft of the open conversation. */
  readonly current: Signal<string> = signal('');
  readonly #ports: Pick<Ports, 'notes' | 'later'>;
  readonly #kept = new Map<string, string>();
  #id: string;
  #isToBeKept = false;

  constructor(ports: Pick<Ports, 'notes' | 'later'>, id: string) {
    this.#ports = ports;
    this.#id = id;
    effect(() => {
      if (this.current.value === (this.#kept.get(this.#id) ?? '')) return;
      if (this.#isToBeKept) return;
      this.#isToBeKept = true;
      ports.later(KEPT_AFTER_MS, () => {
        this.#isToBeKept = false;
        this.save();
      });
    });
  }

  async load(): Promise<void> {
    for (const { name, text } of await this.#ports.notes.list(DRAFT)) this.#kept.set(name.slice(DRAFT.length), text);
  }

  /** The id of a conversation whose only note is a draft, because nothing was asked in it yet. */
  idWithout(isKnown: (id: string) => boolean): string | undefined {
    return [...this.#kept].find(([id, text]) => text !== '' && !isKnown(id))?.[0];
  }

  show(id: string): void {
    this.save();
    this.#id = id;
    this.current.value = this.#kept.get(id) ?? '';
  }

  save(): void {
    const text = this.current.peek();
    if (text === (this.#kept.get(this.#id) ?? '')) return;
    this.#kept.set(this.#id, text);
    const name = DRAFT + this.#id;
    void (text === '' ? this.#ports.notes.delete(name) : this.#ports.notes.put(name, text));
  }

  /** Appends a text to the draft of this conversation. */
  add(id: string, text: string): void {
    const before = id === this.#id ? this.current.peek() : (this.#kept.get(id) ?? '');
    const both = before.trim() === '' ? text : `${before}\n\n${text}`;
    if (id === this.#id) {
      this.current.value = both;
      this.save();
    } else {
      this.#kept.set(id, both);
      void this.#ports.notes.put(DRAFT + id, both);
    }
  }

  forget(id: string): void {
    if (id === this.#id) this.current.value = '';
    this.#kept.delete(id);
    void this.#ports.notes.delete(DRAFT + id);
  }

  /** Called when another tab has changed a draft. Its text is taken over only if nothing has been written here since the last one. */
  async changedElsewhere(name: string): Promise<void> {
    const id = name.slice(DRAFT.length);
    const text = (await this.#ports.notes.get(name)) ?? '';
    const isUntouched = this.current.peek() === (this.#kept.get(this.#id) ?? '');
    if (id === this.#id && !isUntouched) return;
    this.#kept.set(id, text);
    if (id === this.#id) this.current.value = text;
  }
}
