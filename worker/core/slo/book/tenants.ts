/** Which tenants have series of their own: those with promises of their own, and those with the most requests. All others are counted together. */

/** The name under which all other tenants are counted. A tenant that has this name is one of them. */
export const OTHER = 'other';

/** At most this many tenants have series of their own. */
export const MOST_TENANTS = 200;
const MOST_WAITING = 1_000;
/** After this many of its requests, a tenant among the others is compared with those that have series. */
const COMPARED_EVERY = 100;
const DAY_MS = 86_400_000;

/** Decides by the requests of the current UTC day. */
export class Tenants {
  readonly #promised: ReadonlySet<string>;
  /** Today's requests of each tenant with series of its own. */
  #own = new Map<string, number>();
  /** Today's requests of each tenant among the others. */
  #waiting = new Map<string, number>();
  #day = 0;
  /** Requests that were counted for `other`. */
  folded = 0;

  /** `promised` are the tenants that objectives name. They never make room for another. */
  constructor(promised: ReadonlySet<string>) {
    this.#promised = promised;
  }

  /** The name to count a request under. `fold` is called with a tenant that must make room: its counts then move to `other`. */
  named(tenant: string, at: number, fold: (tenant: string) => void): string {
    this.#beginDay(Math.floor(at / DAY_MS));
    const count = this.#own.get(tenant);
    if (count !== undefined || (this.#own.size < MOST_TENANTS && tenant !== OTHER)) {
      this.#own.set(tenant, (count ?? 0) + 1);
      return tenant;
    }
    if (tenant === OTHER) {
      this.folded += 1;
      return OTHER;
    }
    const waited = (this.#waiting.get(tenant) ?? 0) + 1;
    const isPromised = this.#promised.has(tenant);
    if (isPromised || waited % COMPARED_EVERY === 0) {
      const [least, leastCount] = this.#least();
      if (least !== undefined && (isPromised || leastCount < waited)) {
        fold(least);
        this.#own.delete(least);
        this.#waiting.delete(tenant);
        this.#own.set(tenant, waited);
        return tenant;
      }
    }
    if (this.#waiting.size < MOST_WAITING || waited > 1) this.#waiting.set(tenant, waited);
    this.folded += 1;
    return OTHER;
  }

  /** The name that the tenant has in the names of series: its own, or `other`. */
  shownAs(tenant: string): string {
    return this.#own.has(tenant) || this.#own.size < MOST_TENANTS ? tenant : OTHER;
  }

  /** Whether requests of this tenant may have been counted for `other`. */
  isAmongOthers(tenant: string): boolean {
    return tenant === OTHER || (this.#own.size >= MOST_TENANTS && !this.#promised.has(tenant));
  }

  save(): string {
    return JSON.stringify([this.#day, this.folded, [...this.#own], [...this.#waiting]]);
  }

  load(text: string): void {
    const [day, folded, own, waiting]: [number, number, [string, number][], [string, number][]] = JSON.parse(text);
    this.#day = day;
    this.folded = folded;
    this.#own = new Map(own.filter(([tenant]) => tenant !== OTHER));
    this.#waiting = new Map(waiting);
  }

  #beginDay(day: number): void {
    if (day <= this.#day) return;
    this.#day = day;
    for (const tenant of this.#own.keys()) this.#own.set(tenant, 0);
    this.#waiting.clear();
  }

  /** The tenant with the fewest requests today among those that may make room. */
  #least(): [tenant: string | undefined, count: number] {
    let least: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
    for (const entry of this.#own) if (entry[1] < least[1] && !this.#promised.has(entry[0])) least = entry;
    return least;
  }
}
