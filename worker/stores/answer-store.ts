/** Reads and writes answers in this colo's cache, and reads their generations from the tenant's KV record. */
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import type { Answers, Clock } from '../ports.ts';
import type { AnswerCache } from './answer-cache.ts';
import { hex, sha256 } from './digest.ts';
import type { TenantRecords } from './tenant-records.ts';

/** How long an answer is also kept in memory. If another isolate replaces it in the cache, this isolate notices after this time. */
const NEAR_MS = 10_000;
/** Answers that an isolate keeps in memory. Beyond that, it forgets all of them. */
const MOST_NEAR = 64;
const LONGEST_NEAR = 65_536;

/** The cache of answers. */
export class AnswerStore implements Answers {
  readonly #clock: Clock;
  readonly #near = new Map<string, { answer: StoredAnswer; until: number }>();
  readonly #cache: () => AnswerCache;
  readonly #records: TenantRecords;

  /** `cache` makes the cache at first use, because most requests never need it. */
  constructor(cache: () => AnswerCache, records: TenantRecords, clock: Clock) {
    this.#clock = clock;
    this.#cache = cache;
    this.#records = records;
  }

  generation(tenant: string, feature: string): Promise<number | undefined> {
    return this.#records.generation(tenant, feature);
  }

  async hash(keyText: string): Promise<string> {
    return hex(await sha256(keyText));
  }

  get(keyHash: string, tenant: string): StoredAnswer | Promise<StoredAnswer | undefined> {
    const near = this.#near.get(nameOf(keyHash, tenant));
    return near !== undefined && this.#clock.now() < near.until ? near.answer : this.#fetch(keyHash, tenant);
  }

  put(keyHash: string, tenant: string, answer: StoredAnswer, keepMs: number): Promise<boolean> {
    this.#near.delete(nameOf(keyHash, tenant));
    return this.#cache().put(keyHash, tenant, answer, keepMs);
  }

  async #fetch(keyHash: string, tenant: string): Promise<StoredAnswer | undefined> {
    const answer = await this.#cache().get(keyHash, tenant);
    if (answer !== undefined && answer.body.length <= LONGEST_NEAR) {
      if (this.#near.size >= MOST_NEAR) this.#near.clear();
      this.#near.set(nameOf(keyHash, tenant), { answer, until: this.#clock.now() + NEAR_MS });
    }
    return answer;
  }
}

const nameOf = (keyHash: string, tenant: string): string => `${keyHash} ${tenant}`;
