import { isObject } from '../../../protocol/json.ts';

/** The calls of one choice. Gemini and others stream parallel calls that all have index 0, which clients would join to one. */
export class ToolCallIndexes {
  /** By the provider's index and the call's id: the index that clients see. */
  readonly #byId = new Map<string, number>();
  /** By the provider's index: the client's index of the latest call. */
  readonly #current = new Map<number, number>();
  readonly #taken = new Set<number>();
  /** The arguments so far of calls without an id. Only a new beginning after complete arguments shows a second call. */
  readonly #said = new Map<number, string>();

  /** Gives each call of a delta its own index; true if one changed. */
  separate(calls: readonly unknown[]): boolean {
    let changed = false;
    for (const [place, call] of calls.entries()) {
      if (!isObject(call)) continue;
      const index = this.#indexOf(call, place);
      if (call.index === index) continue;
      call.index = index;
      changed = true;
    }
    return changed;
  }

  #indexOf(call: Record<string, unknown>, place: number): number {
    const told = typeof call.index === 'number' ? call.index : place;
    const id = typeof call.id === 'string' && call.id !== '' ? `${told} ${call.id}` : undefined;
    const current = this.#current.get(told);
    const known = id === undefined ? undefined : this.#byId.get(id);
    const isNamed = isObject(call.function) && Boolean(call.function.name);
    const begins = isNamed && (id === undefined ? this.#isSecond(call, current) : known === undefined);
    const index = known ?? (current === undefined || begins ? this.#free(told) : current);
    if (id === undefined) this.#said.set(index, (this.#said.get(index) ?? '') + argumentsOf(call));
    this.#current.set(told, index);
    this.#taken.add(index);
    if (id !== undefined && known === undefined) this.#byId.set(id, index);
    return index;
  }

  /** The delta begins new arguments, and those before it are complete. */
  #isSecond(call: Record<string, unknown>, current: number | undefined): boolean {
    if (current === undefined || !argumentsOf(call).startsWith('{')) return false;
    try {
      return isObject(JSON.parse(this.#said.get(current) ?? ''));
    } catch {
      return false;
    }
  }

  #free(told: number): number {
    let index = told;
    while (this.#taken.has(index)) index++;
    return index;
  }
}

const argumentsOf = ({ function: called }: Record<string, unknown>): string =>
  isObject(called) && typeof called.arguments === 'string' ? called.arguments : '';
