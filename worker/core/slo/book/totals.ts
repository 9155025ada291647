/** Counters that only grow, for `GET /metrics`. */
import type { Objective, Sli } from '../slo.ts';
import { increase, LabelTree } from './label-tree.ts';
import { OTHER } from './tenants.ts';

/**
 * A histogram. `counts[i]` counts durations above the bound before `boundsMs[i]` and up to that bound. The last count is of those
 * above all bounds.
 */
export interface DurationTotal {
  counts: number[];
  sumMs: number;
}

/** Which duration a histogram is of: to the first content, or to the end of a complete answer. */
export type DurationName = 'ttft' | 'total';

const DEFAULT_BOUNDS_MS: Readonly<Record<DurationName, readonly number[]>> = {
  ttft: [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000],
  total: [250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000],
};
const KIND: Readonly<Record<DurationName, Sli['kind']>> = { ttft: 'ttft', total: 'latency' };

/** Upper bounds of the buckets. Each objective's bound is among them, so that its share can be computed. */
function durationBoundsMs(name: DurationName, objectives: readonly Objective[]): number[] {
  const promised = objectives.flatMap(({ sli }) => boundsIn(sli, KIND[name]));
  return [...new Set([...DEFAULT_BOUNDS_MS[name], ...promised])].toSorted((one, other) => one - other);
}

function boundsIn(sli: Sli, kind: Sli['kind']): number[] {
  if (sli.kind === 'all') return sli.of.flatMap((part) => boundsIn(part, kind));
  return (sli.kind === 'ttft' || sli.kind === 'latency') && sli.kind === kind ? [sli.underMs] : [];
}

const counter = (): LabelTree<number> => new LabelTree<number>();

/** All counters of the book, each by the labels that its comment names. */
export class Totals {
  readonly boundsMs: Readonly<Record<DurationName, readonly number[]>>;
  readonly counters = {
    /** tenant, feature, outcome, code; a label is empty if the request has none */
    requests: counter(),
    /** deployment, provider, result */
    attempts: counter(),
    /** feature */
    failovers: counter(),
    /** deployment, kind: input, cached, output or reasoning */
    tokens: counter(),
    /** tenant, feature */
    costMicroUsd: counter(),
    /** feature: the cost of good and bad requests, as averages count them */
    countedMicroUsd: counter(),
    /** feature, result */
    cache: counter(),
    /** objective, outcome: good or bad */
    events: counter(),
    /** sink */
    dropped: counter(),
  };
  readonly durations = {
    /** feature, deployment */
    ttft: new LabelTree<DurationTotal>(),
    /** feature */
    total: new LabelTree<DurationTotal>(),
  };

  constructor(objectives: readonly Objective[]) {
    this.boundsMs = { ttft: durationBoundsMs('ttft', objectives), total: durationBoundsMs('total', objectives) };
  }

  addDuration(name: DurationName, leaf: LabelTree<DurationTotal>, ms: number): void {
    const boundsMs = this.boundsMs[name];
    leaf.value ??= { counts: new Array<number>(boundsMs.length + 1).fill(0), sumMs: 0 };
    let bucket = 0;
    while (ms > (boundsMs[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    leaf.value.counts[bucket] = (leaf.value.counts[bucket] ?? 0) + 1;
    leaf.value.sumMs += ms;
  }

  /** Moves a tenant's counts to `other`. The sum over all tenants must not shrink, because that would look like a restart. */
  foldTenant(tenant: string): void {
    for (const counter of [this.counters.requests, this.counters.costMicroUsd]) {
      for (const [labels, value] of counter.at(tenant).entries()) increase(counter.at(OTHER).leaf(labels), value);
      counter.remove(tenant);
    }
  }

  save(): string {
    const { counters, durations, boundsMs } = this;
    return JSON.stringify({ counters, durations, boundsMs });
  }

  /** Reads what `save` wrote. Durations whose bounds have changed start again from zero, which Prometheus takes for a restart. */
  load(text: string): void {
    const saved: Saved = JSON.parse(text);
    for (const name of Object.keys(this.counters) as (keyof Totals['counters'])[]) {
      this.counters[name].load(saved.counters[name] ?? []);
    }
    for (const name of ['ttft', 'total'] as const) {
      if (saved.boundsMs[name].join() === this.boundsMs[name].join()) this.durations[name].load(saved.durations[name]);
    }
  }
}

interface Saved {
  counters: Partial<Record<string, [string[], number][]>>;
  durations: Record<DurationName, [string[], DurationTotal][]>;
  boundsMs: Record<DurationName, number[]>;
}
