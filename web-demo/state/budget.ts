/** What is left of this person's budget, as the router's ledger says. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { type Budget, readBudget } from '../core/budget.ts';
import type { AskPorts } from './asking.ts';
import type { Ports } from './ports.ts';

/** The router books an answer after its last byte. */
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

  /** Null: there is none, or nobody knows. */
  get budget(): ReadonlySignal<Budget | null> {
    return this.#budget;
  }

  /** Reads it soon, once for all callers until then. */
  readSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#ports.later(BOOKED_MS, () => {
      this.#isDue = false;
      void this.#read();
    });
  }

  /** If the router cannot be reached, the last figures stay. */
  async #read(): Promise<void> {
    try {
      const token = await this.#token();
      if (!token) return;
      const response = await this.#ports.fetch('/v1/usage', { headers: { authorization: `Bearer ${token}` } });
      if (response.ok) this.#budget.value = readBudget(await response.json());
    } catch {
      // The strip says already that there is no connection.
    }
  }
}
