/** What KV stores about a tenant: the generations of its answers. Read at most once a minute, and only for requests that use the cache. */
import { type Generations, generationOf, raiseGeneration } from '../core/answers/generations.ts';
import { within } from '../core/within.ts';
import type { Clock } from '../ports.ts';

const PREFIX = 'tenant:v1:';
/** How long an isolate trusts what it has read, even if that was nothing. */
const FRESH_MS = 60_000;
const MOST_REMEMBERED = 1_000;
/** A read that takes longer is given up, because a slow cache is not worth waiting for. */
const LONGEST_READ_MS = 1_000;
/** After a failed read, no request reads again for this long. */
const UNREADABLE_MS = 5_000;

const NEW: Generations = { generation: 0, generations: {} };

/** What KV stores about a tenant. */
export class TenantRecords {
  readonly #kv: KVNamespace;
  readonly #clock: Clock;
  #unreadableUntil = 0;
  readonly #remembered = new Map<string, { record: Generations; readAt: number }>();

  constructor(kv: KVNamespace, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /** The generation of a feature's answers. Undefined if KV does not answer. */
  async generation(tenant: string, feature: string): Promise<number | undefined> {
    const known = this.#remembered.get(tenant);
    const isFresh = known !== undefined && this.#clock.now() - known.readAt < FRESH_MS;
    if (!isFresh && this.#clock.now() < this.#unreadableUntil) return undefined;
    const record = isFresh ? known.record : await this.#read(tenant);
    return record === undefined ? undefined : generationOf(record, feature);
  }

  /** Discards every answer of the tenant, or of one feature. All isolates know within a minute plus KV's own delay. */
  async raise(tenant: string, feature: string | null): Promise<{ before: number; after: number }> {
    const before = (await this.#kv.get<Generations>(PREFIX + tenant, 'json')) ?? NEW;
    // The record from KV may be a minute old.
    const record = raiseGeneration(before, feature, this.#clock.now());
    await this.#kv.put(PREFIX + tenant, JSON.stringify(record));
    this.#remember(tenant, record);
    const of = (one: Generations) => (feature === null ? one.generation : generationOf(one, feature));
    return { before: of(before), after: of(record) };
  }

  async #read(tenant: string): Promise<Generations | undefined> {
    try {
      const reading = this.#kv.get<Generations>(PREFIX + tenant, { type: 'json', cacheTtl: 30 });
      const read = await within(reading, LONGEST_READ_MS, this.#clock, 'late' as const);
      if (read === 'late') return this.#unreadable();
      const record = read ?? NEW;
      this.#remember(tenant, record);
      return record;
    } catch {
      return this.#unreadable();
    }
  }

  #unreadable(): undefined {
    this.#unreadableUntil = this.#clock.now() + UNREADABLE_MS;
  }

  #remember(tenant: string, record: Generations): void {
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(tenant, { record, readAt: this.#clock.now() });
  }
}
