/** What this browser's answers of today have cost. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { dayOf, readSpent, type Spent } from '../core/spent.ts';
import type { Ports } from './ports.ts';

const NAME = 'spent';

export class SpentToday {
  readonly #ports: Pick<Ports, 'notes' | 'locked' | 'now'>;
  readonly #usd = signal<number | null>(null);

  constructor(ports: Pick<Ports, 'notes' | 'locked' | 'now'>) {
    this.#ports = ports;
  }

  get usd(): ReadonlySignal<number | null> {
    return this.#usd;
  }

  async load(): Promise<void> {
    this.#usd.value = (await this.#read())?.usd ?? null;
  }

  async add(usd: number | null): Promise<void> {
    if (usd === null) return;
    await this.#ports.locked(NAME, async () => {
      const sum = ((await this.#read())?.usd ?? 0) + usd;
      this.#usd.value = sum;
      await this.#ports.notes.put(NAME, JSON.stringify({ day: this.#today(), usd: sum } satisfies Spent));
    });
  }

  async changedElsewhere(name: string): Promise<void> {
    if (name === NAME) await this.load();
  }

  async #read(): Promise<Spent | undefined> {
    return readSpent(await this.#ports.notes.get(NAME), this.#today());
  }

  #today(): string {
    return dayOf(new Date(this.#ports.now()));
  }
}
