import { hex, hmacKey, hmacSha256, sign } from './digest.ts';

const HASH_BYTES = 8;
/** Users that an isolate remembers. Beyond that, it forgets all of them. */
const MOST_KNOWN = 1_000;

/** Makes the `userHash` of records. It is the same for the same user, and useless without the secret. */
export class UserHashes {
  readonly #secret: string;
  readonly #known = new Map<string, string>();
  #key: CryptoKey | undefined;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** The hash of a user. It is returned at once for a user that this isolate remembers. */
  of(tenant: string, user: string): string | Promise<string> {
    const name = JSON.stringify([tenant, user]);
    return this.#known.get(name) ?? this.#hash(name);
  }

  async #hash(name: string): Promise<string> {
    // The key is kept, not its promise, because a promise belongs to one request and may end with it.
    this.#key ??= await hmacKey(await hmacSha256(this.#secret, 'carryon user hashes v1'));
    const hash = hex((await sign(this.#key, name)).subarray(0, HASH_BYTES));
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(name, hash);
    return hash;
  }
}
