/** What is left of this person's budget, from the router's ledger. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { type Budget, readBudget } from '../core/budget.ts';
import type { AskPorts } from './asking.ts';
import type { Ports } from './ports.ts';

/** The wait before a read, because the router books an answer after its last byte. */
const BOOKED_MS = 1_500;

export class BudgetLeft {
  readonly #ports: Pick<Ports, 'fetch' | 'later'>;
  readonly #token: AskPorts['token'];
  readonly #budget = signal<Budget | null>(null);
  #isDue = false;

  constructor(ports: Pick<Ports, 'fetch' | 'later'>, token: AskPorts['token']) {
    this.#ports = ports;
    this.#token = token;
  }

  /** Null if there is no budget, or if it is not known. */
  get budget(): ReadonlySignal<Budget | null> {
    return this.#budget;
  }

  /** Reads the budget soon. Calls in the meantime cause no further reads. */
  readSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#ports.later(BOOKED_MS, () => {
      this.#isDue = false;
      void this.#read();
    });
  }

  /** Reads the budget. If the router cannot be reached, the last figures stay. */
  async #read(): Promise<void> {
    try {
      const token = await this.#token();
      if (!token) return;
      const response = await this.#ports.fetch('/v1/usage', { headers: { authorization: `Bearer ${token}` } });
      if (response.ok) this.#budget.value = readBudget(await response.json());
    } catch {
      // The strip already says that there is no connection.
    }
  }
}
