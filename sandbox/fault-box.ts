import type { ChosenFault } from './faults.ts';
import { createRandom, type Random } from './random.ts';

/** The fault that a provider has now, if any, and which requests it hits. */
export class FaultBox {
  #chosen: ChosenFault | undefined;
  #hits = 0;
  #random: Random;
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
    this.#random = createRandom(seed);
  }

  set(chosen: ChosenFault | undefined): void {
    this.#chosen = chosen;
    this.#hits = 0;
    this.#random = createRandom(this.#seed);
  }

  /** The fault for this request; undefined if it hits none. */
  take(promptText: string): ChosenFault | undefined {
    const chosen = this.#chosen;
    if (chosen === undefined) return undefined;
    const { share, times, user } = chosen.options;
    if (times !== undefined && this.#hits >= times) return undefined;
    if (user !== undefined && !promptText.includes(user)) return undefined;
    if (share !== undefined && this.#random() >= share) return undefined;
    this.#hits += 1;
    return chosen;
  }

  /**
   * Whether the port is closed. Only a fault that hits every request may refuse connections, because a selective one must read the prompt
   * first.
   */
  get closesListener(): boolean {
    if (this.#chosen?.fault !== 'refuse-connection') return false;
    const { share, times, user } = this.#chosen.options;
    return times === undefined && user === undefined && (share === undefined || share === 1);
  }

  describe(): (ChosenFault & { hits: number }) | null {
    return this.#chosen === undefined ? null : { ...this.#chosen, hits: this.#hits };
  }
}
