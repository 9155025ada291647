/** Answers in this colo's cache, and their generations in the tenant's KV record. */
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import type { Answers } from '../ports.ts';
import type { AnswerCache } from './answer-cache.ts';
import { hex, sha256 } from './digest.ts';
import type { TenantRecords } from './tenant-records.ts';

export class AnswerStore implements Answers {
  readonly #cache: () => AnswerCache;
  readonly #records: TenantRecords;

  /** `cache` is made at first use: most requests never ask for it. */
  constructor(cache: () => AnswerCache, records: TenantRecords) {
    this.#cache = cache;
    this.#records = records;
  }

  generation(tenant: string, feature: string): Promise<number | undefined> {
    return this.#records.generation(tenant, feature);
  }

  async hash(keyText: string): Promise<string> {
    return hex(await sha256(keyText));
  }

  get(keyHash: string, tenant: string): Promise<StoredAnswer | undefined> {
    return this.#cache().get(keyHash, tenant);
  }

  put(keyHash: string, tenant: string, answer: StoredAnswer, keepMs: number): Promise<boolean> {
    return this.#cache().put(keyHash, tenant, answer, keepMs);
  }
}
