/** What KV keeps of a tenant: the generations of its answers. Read once a minute at most, and only for what caches. */
import { within } from '../core/within.ts';
import type { Clock } from '../ports.ts';

const PREFIX = 'tenant:v1:';
/** How long an isolate trusts what it read; a miss too. */
const FRESH_MS = 60_000;
const MOST_REMEMBERED = 1_000;
/** A cache that has to be waited for is none. */
const LONGEST_READ_MS = 1_000;
/** After a read that failed nobody waits for the next so long. */
const UNREADABLE_MS = 5_000;

interface TenantRecord {
  /** Of all features together, and of each. */
  generation: number;
  generations: Record<string, number>;
}

const NEW: TenantRecord = { generation: 0, generations: {} };

export class TenantRecords {
  readonly #kv: KVNamespace;
  readonly #clock: Clock;
  #unreadableUntil = 0;
  readonly #remembered = new Map<string, { record: TenantRecord; readAt: number }>();

  constructor(kv: KVNamespace, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /** Undefined where KV does not answer. */
  async generation(tenant: string, feature: string): Promise<number | undefined> {
    const known = this.#remembered.get(tenant);
    const isFresh = known !== undefined && this.#clock.now() - known.readAt < FRESH_MS;
    if (!isFresh && this.#clock.now() < this.#unreadableUntil) return undefined;
    const record = isFresh ? known.record : await this.#read(tenant);
    return record === undefined ? undefined : generationOf(record, feature);
  }

  /** Forgets every answer of the tenant, or of one feature: known on every isolate within a minute plus KV's own delay. */
  async raise(tenant: string, feature: string | null): Promise<number> {
    const before = (await this.#kv.get<TenantRecord>(PREFIX + tenant, 'json')) ?? NEW;
    // KV may be a minute old: by the time of day, two purges that read the same number do not give the same.
    const above = (number: number): number => Math.max(number + 1, this.#clock.now());
    const record: TenantRecord =
      feature === null
        ? { ...before, generation: above(before.generation) }
        : { ...before, generations: { ...before.generations, [feature]: above(before.generations[feature] ?? 0) } };
    await this.#kv.put(PREFIX + tenant, JSON.stringify(record));
    this.#remember(tenant, record);
    return feature === null ? record.generation : generationOf(record, feature);
  }

  async #read(tenant: string): Promise<TenantRecord | undefined> {
    try {
      const reading = this.#kv.get<TenantRecord>(PREFIX + tenant, { type: 'json', cacheTtl: 30 });
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

  #remember(tenant: string, record: TenantRecord): void {
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(tenant, { record, readAt: this.#clock.now() });
  }
}

/** Both only grow, so their sum does: no generation comes twice. */
const generationOf = ({ generation, generations }: TenantRecord, feature: string): number =>
  generation + (Object.hasOwn(generations, feature) ? (generations[feature] ?? 0) : 0);
