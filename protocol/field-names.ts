/** The most names that are listed. A body can have a hundred thousand unknown fields, but a client needs to see only a few. */
const MOST_NAMES = 64;
const LONGEST_NAME = 128;
/** The entry at the end of a list that stands for the rest. */
const MORE = /^\+(\d{1,6}) more$/;

/** The names of fields that are not sent on: the first 64, each once, and the number of others. Adding a name takes constant time. */
export class FieldNames {
  readonly #names = new Set<string>();
  #more = 0;

  /** `known` is a list made by `toList`. */
  constructor(known: readonly string[] = []) {
    for (const name of known) {
      const more = MORE.exec(name)?.[1];
      if (more === undefined) this.add(name);
      else this.#more += Number(more);
    }
  }

  add(name: string): void {
    const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}...` : name;
    if (this.#names.has(shown)) return;
    if (this.#names.size < MOST_NAMES) this.#names.add(shown);
    else this.#more++;
  }

  get isEmpty(): boolean {
    return this.#names.size === 0 && this.#more === 0;
  }

  /** The names, with `+N more` at the end if there are more. */
  toList(): string[] {
    return this.#more === 0 ? [...this.#names] : [...this.#names, `+${this.#more} more`];
  }
}

/** How many further names the last entry of a list by `toList` stands for. */
export const moreIn = (name: string | undefined): number => Number(MORE.exec(name ?? '')?.[1] ?? 0);
