/** What the page has read, by path. Paths on screen are read again every half minute. A failed read keeps the old value. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Problem } from '../core/problem.ts';
import type { Api } from './api.ts';

/** What is known of one path. */
export interface Read<Value> {
  value: Value | undefined;
  /** Why the last read failed; undefined if it succeeded. */
  problem: Problem | undefined;
  isLoading: boolean;
  /** When `value` came, epoch milliseconds. */
  at: number | undefined;
}

interface Entry {
  read: Signal<Read<unknown>>;
  users: number;
  /** The number of the latest read. A reply to an earlier read is dropped. */
  turn: number;
}

const NOTHING: Read<unknown> = { value: undefined, problem: undefined, isLoading: true, at: undefined };
/** A value younger than this is not read again when it comes on screen. */
const FRESH_MS = 5_000;
const MOST_KEPT = 100;

export class Reads {
  readonly #entries = new Map<string, Entry>();
  readonly #api: Pick<Api, 'get'>;
  readonly #now: () => number;

  constructor(api: Pick<Api, 'get'>, now: () => number) {
    this.#api = api;
    this.#now = now;
  }

  /** What is known of a path. `use` makes the page read it. */
  of<Value>(path: string): ReadonlySignal<Read<Value>> {
    return this.#entry(path).read as Signal<Read<Value>>;
  }

  /** Marks a path as on screen until the returned function is called. */
  use(path: string): () => void {
    const entry = this.#entry(path);
    entry.users++;
    const { at, isLoading } = entry.read.peek();
    const isOld = at === undefined || this.#now() - at > FRESH_MS;
    if (isOld && !(isLoading && entry.turn > 0)) void this.#load(path, entry);
    return () => {
      entry.users--;
    };
  }

  /** Reads the paths on screen again that begin with one of these strings, or all of them if none is given. */
  async refresh(...beginnings: readonly string[]): Promise<void> {
    const shown = [...this.#entries].filter(([path, { users }]) => {
      return users > 0 && (beginnings.length === 0 || beginnings.some((one) => path.startsWith(one)));
    });
    for (const [path, entry] of this.#entries)
      if (entry.users === 0 && beginnings.some((one) => path.startsWith(one))) this.#entries.delete(path);
    await Promise.all(shown.map(([path, entry]) => this.#load(path, entry)));
  }

  #entry(path: string): Entry {
    const known = this.#entries.get(path);
    if (known !== undefined) return known;
    const entry: Entry = { read: signal(NOTHING), users: 0, turn: 0 };
    this.#entries.set(path, entry);
    const unused = [...this.#entries].find(([, { users }]) => users === 0)?.[0];
    if (this.#entries.size > MOST_KEPT && unused !== undefined && unused !== path) this.#entries.delete(unused);
    return entry;
  }

  async #load(path: string, entry: Entry): Promise<void> {
    const { read } = entry;
    const turn = ++entry.turn;
    read.value = { ...read.peek(), isLoading: true };
    const reply = await this.#api.get<unknown>(path);
    if (turn !== entry.turn) return;
    const { value, at } = read.peek();
    read.value = reply.ok
      ? { value: reply.value, problem: undefined, isLoading: false, at: this.#now() }
      : { value, at, problem: reply.error, isLoading: false };
  }
}
