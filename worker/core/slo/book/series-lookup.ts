/** Which series count a request. */
import { countedKey } from '../sli-outcome.ts';
import type { Objective } from '../slo.ts';
import { type CountedPromise, promisesOf } from './counted-promises.ts';
import type { LabelTree } from './label-tree.ts';
import type { Series } from './series.ts';
import { seriesOf } from './series-names.ts';
import type { SeriesSet } from './series-set.ts';
import { OTHER } from './tenants.ts';

/** A series that counts a request, and what it counts of it. */
export interface CountingSeries {
  series: Series;
  promises: readonly CountedPromise[];
  /** The objectives that are about exactly the requests of this series. */
  objectives: readonly CountedObjective[];
  /** False for the series of tenants, because there are too many tenants. */
  hasPercentiles: boolean;
}

/** An objective's counters for `GET /metrics`, by outcome. */
interface CountedObjective {
  promise: CountedPromise;
  events: LabelTree<number>;
}

interface Links {
  allSeries: SeriesSet;
  objectives: readonly Objective[];
  promises: readonly CountedPromise[];
  events: LabelTree<number>;
}

/** Finds the series that count a request. They are looked up once for each tenant and feature. */
export class SeriesLookup {
  readonly #links: Links;
  readonly #byTenant = new Map<string | null, Map<string | null, readonly CountingSeries[]>>();

  constructor(links: Links) {
    this.#links = links;
  }

  /** The series of all requests, of the tenant, of the feature, and of both together. */
  of(tenant: string | null, feature: string | null): readonly CountingSeries[] {
    let byFeature = this.#byTenant.get(tenant);
    if (byFeature === undefined) {
      byFeature = new Map();
      this.#byTenant.set(tenant, byFeature);
    }
    let found = byFeature.get(feature);
    if (found === undefined) {
      const tenants = tenant === null ? [null] : [null, tenant];
      const features = feature === null ? [null] : [null, feature];
      found = tenants.flatMap((one) => features.map((other) => this.#counting(one, other)));
      byFeature.set(feature, found);
    }
    return found;
  }

  /** Called when a tenant is counted elsewhere from now on. */
  forget(): void {
    this.#byTenant.clear();
  }

  #counting(tenant: string | null, feature: string | null): CountingSeries {
    const { allSeries, objectives, promises, events } = this.#links;
    const about = objectives.filter((objective) => objective.tenant === tenant && objective.feature === feature);
    return {
      series: allSeries.open(seriesOf(tenant, feature), seriesOf(tenant === null ? null : OTHER, feature)),
      promises: promisesOf(promises, objectives, tenant, feature),
      objectives: about.flatMap((objective) => {
        const promise = promises.find(({ key }) => key === countedKey(objective));
        return promise === undefined ? [] : [{ promise, events: events.at(objective.name) }];
      }),
      hasPercentiles: tenant === null,
    };
  }
}
