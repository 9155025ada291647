/** A person's features, read from the router in the background: when a page names the person, and then once an hour. */
import { type Features, isFeaturesDue, readFeatures } from './core/features.ts';
import { isOurs } from './core/verdict.ts';
import type { Platform } from './platform.ts';
import { shortCall } from './short-call.ts';
import type { Person, Store } from './store/store.ts';
import { answeredBy, headersNamed } from './wire.ts';

/** Provides the headers that say who asks; undefined if that is not known. */
export type Credential = () => Promise<Headers | undefined>;

export class FeatureFacts {
  readonly #router: string;
  readonly #platform: Platform;
  readonly #store: Pick<Store, 'features' | 'setFeatures'>;
  /** Reads in progress, so that two tabs that open at once cause one request. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(router: string, platform: Platform, store: Pick<Store, 'features' | 'setFeatures'>) {
    this.#router = router;
    this.#platform = platform;
    this.#store = store;
  }

  /**
   * Waits only while nothing is known. The default feature and its alias are part of a question's key, so a question that was
   * asked without them would not be found again once they are known.
   */
  async known(person: Person, credential: Credential): Promise<Features | undefined> {
    const known = await this.#store.features(person);
    if (known !== undefined) return known;
    // This does not join the read that a page's hello has begun, because that one may wait for the page's token.
    await this.#once(`question ${person.part}`, () => this.#refresh(person, credential));
    return this.#store.features(person);
  }

  /** Reads the features if they are due. A failure changes nothing, and the next question tries again. */
  refresh(person: Person, credential: Credential): Promise<void> {
    return this.#once(person.part, () => this.#refresh(person, credential));
  }

  #once(what: string, work: () => Promise<void>): Promise<void> {
    const running = this.#running.get(what) ?? work().finally(() => this.#running.delete(what));
    this.#running.set(what, running);
    return running;
  }

  async #refresh(person: Person, credential: Credential): Promise<void> {
    const platform = this.#platform;
    if (!isFeaturesDue(await this.#store.features(person), platform.now())) return;
    const headers = await credential();
    if (headers === undefined) return;
    const init = { headers, cache: 'no-store', redirect: 'error' } as const;
    const listed = await shortCall(platform, `${this.#router}/ai/features`, init, jsonOf);
    const features = readFeatures(listed, platform.now());
    if (features !== undefined) await this.#store.setFeatures(person, features);
  }
}

const jsonOf = async (response: Response): Promise<unknown> =>
  response.ok && isOurs(answeredBy(response)) ? response.json() : undefined;

/** The credential headers of a question, for another call to the router; undefined if it has none. */
export function credentialOf(headers: Headers): Headers | undefined {
  const found = headersNamed(headers, ['authorization', 'x-api-key']);
  return [...found.keys()].length > 0 ? found : undefined;
}
