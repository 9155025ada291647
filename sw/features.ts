/** What the router tells of a person's features: read when the person is named and once an hour, behind the back of the page. */
import { type Features, isFeaturesDue, readFeatures } from './core/features.ts';
import { PROBE_LIMIT_MS } from './core/patience.ts';
import { isOurs } from './core/verdict.ts';
import type { Rim } from './rim.ts';
import type { Person, Store } from './store/store.ts';
import { watched, within } from './watch.ts';

/** Headers that say who asks; undefined where nobody can say. */
export type Credential = () => Promise<Headers | undefined>;

export class FeatureFacts {
  readonly #router: string;
  readonly #rim: Rim;
  readonly #store: Pick<Store, 'features' | 'setFeatures'>;
  /** Two tabs that open at once ask once. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(router: string, rim: Rim, store: Pick<Store, 'features' | 'setFeatures'>) {
    this.#router = router;
    this.#rim = rim;
    this.#store = store;
  }

  /**
   * Waits only where nothing is known: the default feature and its alias are part of a question's key, so a question that was
   * asked without them would not be found again once they are known.
   */
  async known(person: Person, credential: Credential): Promise<Features | undefined> {
    const known = await this.#store.features(person);
    if (known !== undefined) return known;
    // Not the reading that a page's hello has begun: that one may wait for the page's token.
    await this.#once(`question ${person.part}`, () => this.#refresh(person, credential));
    return this.#store.features(person);
  }

  /** Asks where they are due. A failure changes nothing: the next question tries again. */
  refresh(person: Person, credential: Credential): Promise<void> {
    return this.#once(person.part, () => this.#refresh(person, credential));
  }

  #once(what: string, work: () => Promise<void>): Promise<void> {
    const running = this.#running.get(what) ?? work().finally(() => this.#running.delete(what));
    this.#running.set(what, running);
    return running;
  }

  async #refresh(person: Person, credential: Credential): Promise<void> {
    const rim = this.#rim;
    if (!isFeaturesDue(await this.#store.features(person), rim.now())) return;
    const headers = await credential();
    if (headers === undefined) return;
    const line = new AbortController();
    const init = { headers, cache: 'no-store', redirect: 'error', signal: line.signal } as const;
    const asked = rim.fetch(new Request(`${this.#router}/ai/features`, init));
    const listed = await watched(rim, asked.then(jsonOf), within(PROBE_LIMIT_MS));
    line.abort();
    if (listed === 'silent' || 'error' in listed) return;
    const features = readFeatures(listed.value, rim.now());
    if (features !== undefined) await this.#store.setFeatures(person, features);
  }
}

const jsonOf = async (response: Response): Promise<unknown> =>
  response.ok && isOurs({ header: (name) => response.headers.get(name) }) ? response.json() : undefined;

/** The credential of a question, to ask the router something else with. */
export function credentialOf(headers: Headers): Headers | undefined {
  const found = new Headers();
  for (const name of ['authorization', 'x-api-key']) {
    const value = headers.get(name);
    if (value !== null) found.set(name, value);
  }
  return [...found.keys()].length > 0 ? found : undefined;
}
