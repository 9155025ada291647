/** Virtual keys: a MAC inside the key rejects junk before any I/O; KV holds a record under the key's hash, never the key. */
import {
  type Identity,
  identityOf,
  type KeyRecord,
  LOCAL_CLIENT_KEY,
  LOCAL_IDENTITY,
} from '../core/identity/identity.ts';
import { MAC_BYTES, parseKey, RANDOM_BYTES } from '../core/identity/key-format.ts';
import type { Clock, Identities } from '../ports.ts';
import { base64Url, constantTimeEqual, hex, hmacSha256, sha256 } from './digest.ts';

const PREFIX = 'key:v1:';
/** How long an isolate trusts what it read; a miss too. */
const FRESH_MS = 60_000;
/** Keys an isolate remembers; beyond, it forgets all and starts anew. */
const MOST_REMEMBERED = 10_000;
/** A revoked key stays listed so long. */
const KEEP_REVOKED_SECONDS = 90 * 86_400;
/** Enough of the hash to be unique, and KV's prefix listing finds the record by it. */
const ID_DIGITS = 20;

export class KeyStore implements Identities {
  readonly #kv: KVNamespace;
  readonly #secret: string;
  readonly #local: boolean;
  readonly #clock: Clock;
  readonly #remembered = new Map<string, { identity: Identity | undefined; readAt: number }>();

  constructor(kv: KVNamespace, secret: string, local: boolean, clock: Clock) {
    this.#kv = kv;
    this.#secret = secret;
    this.#local = local;
    this.#clock = clock;
  }

  find(key: string): Identity | undefined | Promise<Identity | undefined> {
    if (this.#local && key === LOCAL_CLIENT_KEY) return LOCAL_IDENTITY;
    // A look-up in a hash table compares a seeded hash first, so its timing tells nothing of how much of a key is right.
    const known = this.#remembered.get(key);
    if (known !== undefined && this.#clock.now() - known.readAt < FRESH_MS) return known.identity;
    const parts = parseKey(key);
    return parts === undefined ? undefined : this.#read(key, parts);
  }

  async create(fields: Omit<KeyRecord, 'id' | 'createdAt' | 'revokedAt'>): Promise<{ key: string; record: KeyRecord }> {
    const prefix = fields.kind === 'publishable' ? 'pk' : 'sk';
    const signed = `${prefix}-${base64Url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)))}`;
    const key = signed + (await this.#mac(signed));
    const hash = hex(await sha256(key));
    const record: KeyRecord = {
      ...fields,
      id: hash.slice(0, ID_DIGITS),
      createdAt: this.#clock.now(),
      revokedAt: null,
    };
    await this.#kv.put(PREFIX + hash, JSON.stringify(record));
    return { key, record };
  }

  async list(cursor?: string): Promise<{ records: KeyRecord[]; cursor: string | null }> {
    const page = await this.#kv.list({ prefix: PREFIX, limit: 100, ...(cursor !== undefined && { cursor }) });
    const names = page.keys.map(({ name }) => name);
    const values = names.length === 0 ? new Map<string, string | null>() : await this.#kv.get(names);
    const records = names.flatMap((name) => {
      const value = values.get(name);
      return value ? [JSON.parse(value) as KeyRecord] : [];
    });
    return { records, cursor: page.list_complete ? null : page.cursor };
  }

  /** The record as revoked; undefined where there is no such id. Known everywhere within a minute plus KV's own delay. */
  async revoke(id: string): Promise<KeyRecord | undefined> {
    if (!/^[0-9a-f]+$/.test(id) || id.length !== ID_DIGITS) return undefined;
    const { keys } = await this.#kv.list({ prefix: PREFIX + id, limit: 1 });
    const name = keys[0]?.name;
    const value = name === undefined ? null : await this.#kv.get(name);
    if (name === undefined || value === null) return undefined;
    const record = JSON.parse(value) as KeyRecord;
    const revoked: KeyRecord = { ...record, revokedAt: record.revokedAt ?? this.#clock.now() };
    await this.#kv.put(name, JSON.stringify(revoked), { expirationTtl: KEEP_REVOKED_SECONDS });
    for (const [key, known] of this.#remembered) if (known.identity?.keyId === id) this.#remembered.delete(key);
    return revoked;
  }

  async #read(key: string, { signed, mac }: { signed: string; mac: string }): Promise<Identity | undefined> {
    if (!constantTimeEqual(await this.#mac(signed), mac)) return undefined;
    const value = await this.#kv.get(PREFIX + hex(await sha256(key)));
    const record = value === null ? undefined : (JSON.parse(value) as KeyRecord);
    const identity = record === undefined || record.revokedAt !== null ? undefined : identityOf(record);
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, { identity, readAt: this.#clock.now() });
    return identity;
  }

  async #mac(signed: string): Promise<string> {
    const mac = await hmacSha256(this.#secret, `carryon virtual key ${signed}`);
    return base64Url(mac.subarray(0, MAC_BYTES));
  }
}
