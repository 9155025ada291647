/** Answers in this colo's Cache API, encrypted with a key per tenant. An answer that cannot be read counts as a miss. */
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import { type AnswerSecret, TenantKeys } from './answer-cache-keys.ts';

const URL_PREFIX = 'https://answers.carryon.internal/v1/';

/** The version of the format below. A value of another version is a miss. */
const FORM = 1;
const IV_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The part of the Cache API that is used. */
export type CacheApi = Pick<Cache, 'match' | 'put'>;

/** A value consists of `FORM`, the length of the key's id, the id, the IV, and the answer's JSON, encrypted with AES-GCM. */
export class AnswerCache {
  readonly #shelf: CacheApi;
  readonly #keys: TenantKeys;

  /** The first secret encrypts. Values that the others have encrypted can still be read. */
  constructor(shelf: CacheApi, secrets: readonly [AnswerSecret, ...AnswerSecret[]]) {
    this.#shelf = shelf;
    this.#keys = new TenantKeys(secrets);
  }

  /** `keyHash` is the SHA-256 of the answer key's text, in hexadecimal. Never rejects: if the cache fails, the result is undefined. */
  async get(keyHash: string, tenant: string): Promise<StoredAnswer | undefined> {
    try {
      const response = await this.#shelf.match(URL_PREFIX + keyHash);
      if (response === undefined) return undefined;
      return await this.#opened(new Uint8Array(await response.arrayBuffer()), keyHash, tenant);
    } catch {
      return undefined;
    }
  }

  /** `keepMs` is ttl plus staleTtl. False if the cache did not take the answer, which only means a miss later. */
  async put(keyHash: string, tenant: string, answer: StoredAnswer, keepMs: number): Promise<boolean> {
    const headers = {
      'cache-control': `max-age=${Math.ceil(keepMs / 1000)}`,
      'content-type': 'application/octet-stream',
    };
    try {
      const sealed = await this.#sealed(answer, keyHash, tenant);
      await this.#shelf.put(URL_PREFIX + keyHash, new Response(sealed, { headers }));
      return true;
    } catch {
      return false;
    }
  }

  async #sealed(answer: StoredAnswer, keyHash: string, tenant: string): Promise<Uint8Array> {
    const { id, key } = await this.#keys.current(tenant);
    const head = headOf(id);
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const algorithm = { name: 'AES-GCM', iv, additionalData: boundTo(head, keyHash) };
    const cipher = await crypto.subtle.encrypt(algorithm, key, encoder.encode(JSON.stringify(answer)));
    return joined(head, iv, new Uint8Array(cipher));
  }

  async #opened(sealed: Uint8Array, keyHash: string, tenant: string): Promise<StoredAnswer | undefined> {
    const [form, idBytes = 0] = sealed;
    if (form !== FORM) return undefined;
    const head = sealed.subarray(0, 2 + idBytes);
    const key = await this.#keys.byId(decoder.decode(head.subarray(2)), tenant);
    if (key === undefined) return undefined;
    const iv = sealed.subarray(head.length, head.length + IV_BYTES);
    const algorithm = { name: 'AES-GCM', iv, additionalData: boundTo(head, keyHash) };
    const plain = await crypto.subtle.decrypt(algorithm, key, sealed.subarray(head.length + IV_BYTES));
    return JSON.parse(decoder.decode(plain)) as StoredAnswer;
  }
}

function headOf(keyId: string): Uint8Array {
  const id = encoder.encode(keyId);
  return joined(Uint8Array.of(FORM, id.length), id);
}

/** The data that encryption binds an answer to. An answer that was moved under another key cannot be decrypted. */
const boundTo = (head: Uint8Array, keyHash: string): Uint8Array => joined(head, encoder.encode(keyHash));

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
