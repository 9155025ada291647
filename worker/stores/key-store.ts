/** Client keys. A MAC in each key lets made-up keys be refused before any I/O. KV stores a record under the key's hash, never the key. */
import {
  type Identity,
  identityOf,
  type KeyRecord,
  LOCAL_CLIENT_KEY,
  LOCAL_IDENTITY,
} from '../core/identity/identity.ts';
import { isKeyId, KEY_ID_DIGITS, type KeyParts, parseKey } from '../core/identity/key-format.ts';
import type { Clock, Identities } from '../ports.ts';
import { hashOfKey, isGenuine, newKey } from './signed-key.ts';

const PREFIX = 'key:v1:';
/** Maps the id of a key to its hash. KV's list may be a minute behind, but a get of a name that was never requested is not. */
const ID_PREFIX = 'key-id:v1:';
/** How long an isolate trusts what it has read, even if that was nothing. */
const FRESH_MS = 60_000;
/** Keys an isolate remembers; beyond that, it forgets all and starts again. */
const MOST_REMEMBERED = 10_000;
/** A key that was revoked, or has expired, stays listed for this long. */
const KEEP_DEAD_SECONDS = 90 * 86_400;
/** The most values that KV reads in one call. */
const AT_ONCE = 100;

/** The settings of the key store. */
export interface KeyStoreSettings {
  keySecret: string;
  keySecretOld?: string | undefined;
  /** True if the public local key is accepted. */
  local: boolean;
}

type KeyFields = Omit<KeyRecord, 'id' | 'createdAt' | 'revokedAt'>;

interface MadeKey {
  key: string;
  hash: string;
  record: KeyRecord;
}

/** Client keys in KV. */
export class KeyStore implements Identities {
  readonly #kv: KVNamespace;
  /** The first secret signs new keys. Keys that the old one signed are still accepted. */
  readonly #secrets: readonly [string, ...string[]];
  readonly #local: boolean;
  readonly #clock: Clock;
  readonly #remembered = new Map<string, { identity: Identity | undefined; readAt: number }>();

  constructor(kv: KVNamespace, { keySecret, keySecretOld, local }: KeyStoreSettings, clock: Clock) {
    this.#kv = kv;
    this.#secrets = keySecretOld === undefined ? [keySecret] : [keySecret, keySecretOld];
    this.#local = local;
    this.#clock = clock;
  }

  find(key: string): Identity | undefined | Promise<Identity | undefined> {
    if (this.#local && key === LOCAL_CLIENT_KEY) return LOCAL_IDENTITY;
    // A look-up in a hash table compares a seeded hash first, so its timing does not reveal how much of a key is right.
    const known = this.#remembered.get(key);
    if (known !== undefined && this.#clock.now() - known.readAt < FRESH_MS) return known.identity;
    const parts = parseKey(key);
    return parts === undefined ? undefined : this.#read(key, parts);
  }

  async create(fields: KeyFields): Promise<{ key: string; record: KeyRecord }> {
    const made = await this.make(fields);
    await this.save(made);
    return made;
  }

  /** Makes a key. It is not accepted until it is saved. */
  async make(fields: KeyFields): Promise<MadeKey> {
    const key = await newKey(fields.kind === 'publishable' ? 'pk' : 'sk', this.#secrets[0]);
    const hash = await hashOfKey(key);
    const createdAt = this.#clock.now();
    return { key, hash, record: { ...fields, id: hash.slice(0, KEY_ID_DIGITS), createdAt, revokedAt: null } };
  }

  async save({ hash, record }: MadeKey): Promise<void> {
    const { id, expiresAt } = record;
    const options = expiresAt === null ? {} : { expiration: Math.ceil(expiresAt / 1_000) + KEEP_DEAD_SECONDS };
    await this.#kv.put(ID_PREFIX + id, hash, options);
    await this.#kv.put(PREFIX + hash, JSON.stringify(record), options);
  }

  async list(cursor?: string): Promise<{ records: KeyRecord[]; cursor: string | null }> {
    const page = await this.#kv.list({ prefix: PREFIX, limit: AT_ONCE, ...(cursor !== undefined && { cursor }) });
    const records = await this.#records(page.keys.map(({ name }) => name));
    return { records, cursor: page.list_complete ? null : page.cursor };
  }

  /** The records of those ids that have one. */
  async records(ids: readonly string[]): Promise<KeyRecord[]> {
    const names = await this.#names(ids.filter(isKeyId));
    const records: KeyRecord[] = [];
    for (let from = 0; from < names.length; from += AT_ONCE) {
      records.push(...(await this.#records(names.slice(from, from + AT_ONCE))));
    }
    return records;
  }

  /** Returns the record before and after; undefined if the id is unknown. The key stops working within a minute plus KV's own delay. */
  async revoke(id: string): Promise<{ before: KeyRecord; after: KeyRecord } | undefined> {
    if (!isKeyId(id)) return undefined;
    const [name] = await this.#names([id]);
    const value = name === undefined ? null : await this.#kv.get(name);
    if (name === undefined || value === null) return undefined;
    const record = recordIn(value);
    const revoked: KeyRecord = { ...record, revokedAt: record.revokedAt ?? this.#clock.now() };
    const dead = { expirationTtl: KEEP_DEAD_SECONDS };
    await this.#kv.put(name, JSON.stringify(revoked), dead);
    await this.#kv.put(ID_PREFIX + id, name.slice(PREFIX.length), dead);
    for (const [key, known] of this.#remembered) if (known.identity?.keyId === id) this.#remembered.delete(key);
    return { before: record, after: revoked };
  }

  /** The names of the records with these ids. Keys of earlier builds have no entry under their id, so they are searched for in the list. */
  async #names(ids: readonly string[]): Promise<string[]> {
    const names: string[] = [];
    const missing = new Set(ids);
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const hashes = await this.#kv.get(ids.slice(from, from + AT_ONCE).map((id) => ID_PREFIX + id));
      for (const [name, hash] of hashes) {
        if (hash === null) continue;
        names.push(PREFIX + hash);
        missing.delete(name.slice(ID_PREFIX.length));
      }
    }
    const [one] = missing;
    const prefix = missing.size === 1 ? `${PREFIX}${one}` : PREFIX;
    let cursor: string | undefined;
    while (missing.size > 0) {
      const page = await this.#kv.list({ prefix, ...(cursor !== undefined && { cursor }) });
      for (const { name } of page.keys) if (missing.delete(idIn(name))) names.push(name);
      if (page.list_complete) break;
      cursor = page.cursor;
    }
    return names;
  }

  async #records(names: string[]): Promise<KeyRecord[]> {
    const values = names.length === 0 ? new Map<string, string | null>() : await this.#kv.get(names);
    return names.flatMap((name) => {
      const value = values.get(name);
      return value ? [recordIn(value)] : [];
    });
  }

  async #read(key: string, parts: KeyParts): Promise<Identity | undefined> {
    if (!(await isGenuine(parts, this.#secrets))) return undefined;
    const value = await this.#kv.get(PREFIX + (await hashOfKey(key)));
    const record = value === null ? undefined : recordIn(value);
    const identity = record === undefined || record.revokedAt !== null ? undefined : identityOf(record);
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, { identity, readAt: this.#clock.now() });
    return identity;
  }
}

/** The record in a value of KV. Keys of earlier builds have neither a name nor an expiry. */
function recordIn(value: string): KeyRecord {
  const record: KeyRecord = JSON.parse(value);
  return { ...record, name: record.name ?? null, expiresAt: record.expiresAt ?? null };
}

const idIn = (name: string): string => name.slice(PREFIX.length, PREFIX.length + KEY_ID_DIGITS);
