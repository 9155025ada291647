/** Which series count a request. */
import { countedKey } from '../sli-outcome.ts';
import type { Objective } from '../slo.ts';
import { type CountedPromise, promisesOf } from './counted-promises.ts';
import type { LabelTree } from './label-tree.ts';
import type { Series } from './series.ts';
import { seriesOf } from './series-names.ts';
import type { Shelf } from './shelf.ts';
import { OTHER } from './tenants.ts';

/** A series that counts a request, and what it counts of it. */
export interface Counting {
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
  shelf: Shelf;
  objectives: readonly Objective[];
  promises: readonly CountedPromise[];
  events: LabelTree<number>;
}

/** Finds the series that count a request. They are looked up once for each tenant and feature. */
export class Routes {
  readonly #links: Links;
  readonly #byTenant = new Map<string | null, Map<string | null, readonly Counting[]>>();

  constructor(links: Links) {
    this.#links = links;
  }

  /** The series of all requests, of the tenant, of the feature, and of both together. */
  of(tenant: string | null, feature: string | null): readonly Counting[] {
    let byFeature = this.#byTenant.get(tenant);
    if (byFeature === undefined) {
      byFeature = new Map();
      this.#byTenant.set(tenant, byFeature);
    }
    let route = byFeature.get(feature);
    if (route === undefined) {
      const tenants = tenant === null ? [null] : [null, tenant];
      const features = feature === null ? [null] : [null, feature];
      route = tenants.flatMap((one) => features.map((other) => this.#counting(one, other)));
      byFeature.set(feature, route);
    }
    return route;
  }

  /** Called when a tenant is counted elsewhere from now on. */
  forget(): void {
    this.#byTenant.clear();
  }

  #counting(tenant: string | null, feature: string | null): Counting {
    const { shelf, objectives, promises, events } = this.#links;
    const about = objectives.filter((objective) => objective.tenant === tenant && objective.feature === feature);
    return {
      series: shelf.open(seriesOf(tenant, feature), seriesOf(tenant === null ? null : OTHER, feature)),
      promises: promisesOf(promises, objectives, tenant, feature),
      objectives: about.flatMap((objective) => {
        const promise = promises.find(({ key }) => key === countedKey(objective));
        return promise === undefined ? [] : [{ promise, events: events.at(objective.name) }];
      }),
      hasPercentiles: tenant === null,
    };
  }
}
