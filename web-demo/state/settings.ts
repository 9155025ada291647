/** Reads `GET /demo/settings`, and remembers the last settings and a random name for the person between visits. */
import type { DemoSettings } from '../core/settings.ts';
import type { Ports } from './ports.ts';

const SETTINGS = 'carryon-settings';
const PERSON = 'carryon-person';
const WAYS: readonly unknown[] = ['local', 'publishable', 'token', 'off'];

/**
 * The settings, or the last ones if the router does not answer. Undefined if there were never any, because the first visit needs the
 * router.
 */
export async function loadSettings(ports: Pick<Ports, 'fetch'>, memory: Memory): Promise<DemoSettings | undefined> {
  try {
    // This is the same request as the page's own preload, so that a first visit need not wait. The answer itself is `no-store`.
    const response = await ports.fetch('/demo/settings');
    const settings = (await response.json()) as DemoSettings;
    if (!response.ok || !WAYS.includes(settings.signIn)) return memory.settings();
    memory.keepSettings(settings);
    return settings;
  } catch {
    return memory.settings();
  }
}

/** What this browser remembers. Without storage it remembers only while the page is open. */
export class Memory {
  readonly #storage: Storage | undefined;
  readonly #own = new Map<string, string>();

  constructor(storage: () => Storage) {
    try {
      this.#storage = storage();
    } catch {
      this.#storage = undefined;
    }
  }

  settings(): DemoSettings | undefined {
    try {
      return JSON.parse(this.#get(SETTINGS) ?? '') as DemoSettings;
    } catch {
      return undefined;
    }
  }

  keepSettings(settings: DemoSettings): void {
    this.#set(SETTINGS, JSON.stringify(settings));
  }

  /** The person's name, chosen at random at the first visit. The router treats it as a secret of this page. */
  person(newPerson: () => string): string {
    const known = this.#get(PERSON);
    if (known !== undefined) return known;
    const made = newPerson();
    this.#set(PERSON, made);
    return made;
  }

  keepPerson(person: string): void {
    this.#set(PERSON, person);
  }

  get knownPerson(): string | undefined {
    return this.#get(PERSON);
  }

  forget(): void {
    for (const name of [SETTINGS, PERSON]) {
      this.#own.delete(name);
      this.#try((storage) => storage.removeItem(name));
    }
  }

  #get(name: string): string | undefined {
    return this.#own.get(name) ?? this.#try((storage) => storage.getItem(name)) ?? undefined;
  }

  #set(name: string, value: string): void {
    const isSet = this.#try((storage) => {
      storage.setItem(name, value);
      return true;
    });
    if (isSet === undefined) this.#own.set(name, value);
  }

  #try<Result>(work: (storage: Storage) => Result): Result | undefined {
    try {
      return this.#storage && work(this.#storage);
    } catch {
      return undefined;
    }
  }
}

/** True if another tab has signed out or signed in another person. */
export const isOtherPerson = ({ key, oldValue, newValue }: StorageEvent): boolean =>
  key === null || (key === PERSON && oldValue !== null && oldValue !== newValue);
