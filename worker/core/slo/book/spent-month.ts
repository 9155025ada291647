/** What a tenant's requests were charged in a UTC month: by day, and by feature and model. */
import { LabelTree } from './label-tree.ts';
import { OTHER } from './tenants.ts';

/** How many requests there were, and what they were charged. */
export interface Charged {
  requests: number;
  microUsd: number;
}

/** At most this many pairs of feature and model are kept. Further ones are counted together. */
const MOST_PLACES = 100;

/** One month of one tenant. */
export class SpentMonth {
  /** What was charged on each day of the month, counted from 0. */
  readonly days: Charged[] = [];
  /** What was charged by feature and model. The model is empty for answers from a cache. */
  readonly where = new LabelTree<Charged>();
  /** What failed attempts may be billed for. It is part of `days`, not of `where`. */
  failedMicroUsd = 0;
  #places = 0;

  add(day: number, requests: number, microUsd: number): void {
    while (this.days.length <= day) this.days.push({ requests: 0, microUsd: 0 });
    increase(this.days[day] as Charged, requests, microUsd);
  }

  addWhere(feature: string, model: string, requests: number, microUsd: number): void {
    const place = this.where.at(feature).at(model);
    if (place.value === undefined) {
      if (this.#places >= MOST_PLACES && model !== OTHER) {
        this.where.at(feature).remove(model);
        this.addWhere(OTHER, OTHER, requests, microUsd);
        return;
      }
      this.#places += 1;
      place.value = { requests: 0, microUsd: 0 };
    }
    increase(place.value, requests, microUsd);
  }

  merge(other: SpentMonth): void {
    for (const [day, { requests, microUsd }] of other.days.entries()) this.add(day, requests, microUsd);
    for (const [[feature = '', model = ''], { requests, microUsd }] of other.where.entries()) {
      this.addWhere(feature, model, requests, microUsd);
    }
    this.failedMicroUsd += other.failedMicroUsd;
  }

  save(): string {
    const days = this.days.map(({ requests, microUsd }) => [requests, microUsd]);
    const where = [...this.where.entries()].map(([labels, { requests, microUsd }]) => [...labels, requests, microUsd]);
    return JSON.stringify({ days, where, failed: this.failedMicroUsd });
  }

  /** Reads what `save` wrote. */
  static load(text: string): SpentMonth {
    const { days, where, failed } = JSON.parse(text) as Saved;
    const month = new SpentMonth();
    for (const [day, [requests, microUsd]] of days.entries()) month.add(day, requests, microUsd);
    for (const [feature, model, requests, microUsd] of where) month.addWhere(feature, model, requests, microUsd);
    month.failedMicroUsd = failed;
    return month;
  }
}

interface Saved {
  days: [requests: number, microUsd: number][];
  where: [feature: string, model: string, requests: number, microUsd: number][];
  failed: number;
}

function increase(charged: Charged, requests: number, microUsd: number): void {
  charged.requests += requests;
  charged.microUsd += microUsd;
}
