/** A body can hold a hundred thousand unknown fields; a client needs to see a few of them. */
const MOST_NAMES = 64;
const LONGEST_NAME = 128;
/** What stands for the rest at the end of a list. */
const MORE = /^\+(\d{1,6}) more$/;

/** Names of fields that do not go on: the first 64, each once, and how many more there were. Adding one takes constant time. */
export class FieldNames {
  readonly #names = new Set<string>();
  #more = 0;

  /** `known`: a list made by `toList`. */
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

  /** The names, and `+N more` behind them where there are more. */
  toList(): string[] {
    return this.#more === 0 ? [...this.#names] : [...this.#names, `+${this.#more} more`];
  }
}

/** How many names a list by `toList` stands for beyond those it shows. */
export const moreIn = (name: string | undefined): number => Number(MORE.exec(name ?? '')?.[1] ?? 0);
