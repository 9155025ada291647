/** AES keys of tenants, derived from a secret (HKDF, RFC 5869). No key is stored, and no tenant's key decrypts another tenant's answer. */

export interface AnswerSecret {
  /** Stored in front of every value, so that the value can still be read after the secret has changed. At most 255 bytes. */
  id: string;
  secret: string;
}

/** Keys an isolate remembers; beyond that, it forgets all and starts again. */
const MOST_REMEMBERED = 1_000;
const encoder = new TextEncoder();

/** The keys of all tenants. */
export class TenantKeys {
  readonly #currentId: string;
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #remembered = new Map<string, CryptoKey>();

  constructor(secrets: readonly [AnswerSecret, ...AnswerSecret[]]) {
    this.#currentId = secrets[0].id;
    this.#secrets = new Map(secrets.map(({ id, secret }) => [id, secret]));
    for (const { id, secret } of secrets) {
      if (secret === '' || id === '' || encoder.encode(id).length > 255)
        throw new Error(`the answer secret "${id}" is empty, or its id is not of 1 to 255 bytes`);
    }
    if (this.#secrets.size < secrets.length) throw new Error('two answer secrets have the same id');
  }

  async current(tenant: string): Promise<{ id: string; key: CryptoKey }> {
    const key = await this.byId(this.#currentId, tenant);
    if (key === undefined) throw new Error('the first answer secret is missing');
    return { id: this.#currentId, key };
  }

  /** Undefined if no secret has this id. */
  async byId(id: string, tenant: string): Promise<CryptoKey | undefined> {
    const secret = this.#secrets.get(id);
    if (secret === undefined) return undefined;
    const name = JSON.stringify([id, tenant]);
    const known = this.#remembered.get(name);
    if (known !== undefined) return known;
    // The key is remembered, not its promise, because a promise belongs to one request and may end with it.
    const key = await tenantKey(secret, tenant);
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(name, key);
    return key;
  }
}

async function tenantKey(secret: string, tenant: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey']);
  // JSON quotes the tenant's name, so that no name can produce another tenant's key.
  const info = encoder.encode(`carryon answer cache v1 ${JSON.stringify(tenant)}`);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info };
  return crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}
