/** Answers in this colo's Cache API, encrypted with a key per tenant. Whatever cannot be read is a miss. */
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import { type AnswerSecret, TenantKeys } from './answer-cache-keys.ts';

const URL_PREFIX = 'https://answers.carryon.internal/v1/';

/** Of the bytes below; another is a miss. */
const FORM = 1;
const IV_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What is used of the Cache API. */
export type AnswerShelf = Pick<Cache, 'match' | 'put'>;

/** A value is `FORM`, the length of the key's id, the id, the IV, and what AES-GCM made of the answer's JSON. */
export class AnswerCache {
  readonly #shelf: AnswerShelf;
  readonly #keys: TenantKeys;

  /** The first secret encrypts; what the others have encrypted can still be read. */
  constructor(shelf: AnswerShelf, secrets: readonly [AnswerSecret, ...AnswerSecret[]]) {
    this.#shelf = shelf;
    this.#keys = new TenantKeys(secrets);
  }

  /** `keyHash`: hex SHA-256 of the answer key's text. Never rejects: a cache that fails has nothing. */
  async get(keyHash: string, tenant: string): Promise<StoredAnswer | undefined> {
    try {
      const response = await this.#shelf.match(URL_PREFIX + keyHash);
      if (response === undefined) return undefined;
      return await this.#opened(new Uint8Array(await response.arrayBuffer()), keyHash, tenant);
    } catch {
      return undefined;
    }
  }

  /** `keepMs`: ttl and staleTtl together. False where the cache did not take it, which costs a later miss and no more. */
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

/** An answer put in another's place does not open there. */
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
