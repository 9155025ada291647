/** Counters that only grow, for `GET /metrics`. */
import type { Objective, Sli } from '../slo.ts';

/** The counters, and what each value is counted by. */
const TOTAL_LABELS = {
  requests: ['tenant', 'feature', 'outcome', 'code'],
  attempts: ['deployment', 'provider', 'result'],
  failovers: ['feature'],
  /** `kind`: input, cached, output or reasoning. */
  tokens: ['deployment', 'kind'],
  costMicroUsd: ['tenant', 'feature'],
  cache: ['feature', 'result'],
} as const;

/** The durations, and what each histogram is counted by. */
const DURATION_LABELS = { ttft: ['feature', 'deployment'], total: ['feature'] } as const;

/** A counter's name. */
export type TotalName = keyof typeof TOTAL_LABELS;
/** A duration's name. */
export type DurationName = keyof typeof DURATION_LABELS;

/** One histogram: `counts[i]` had at most `boundsMs[i]` and more than the bound before; the last count had more than all bounds. */
export interface DurationTotal {
  labels: readonly string[];
  counts: number[];
  sumMs: number;
}

/** What of a tenant is counted: a tenant that has no series of its own any more is forgotten. */
const OF_TENANTS: readonly TotalName[] = ['requests', 'costMicroUsd'];

const DEFAULT_BOUNDS_MS: Record<DurationName, readonly number[]> = {
  ttft: [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000],
  total: [250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000],
};
const KIND: Record<DurationName, Sli['kind']> = { ttft: 'ttft', total: 'latency' };

/** Upper bounds of a duration's buckets: among them that of each objective, so that its share can be computed from them. */
function durationBoundsMs(name: DurationName, objectives: readonly Objective[]): number[] {
  const promised = objectives.flatMap(({ sli }) => boundsIn(sli, KIND[name]));
  return [...new Set([...DEFAULT_BOUNDS_MS[name], ...promised])].toSorted((one, other) => one - other);
}

function boundsIn(sli: Sli, kind: Sli['kind']): number[] {
  if (sli.kind === 'all') return sli.of.flatMap((part) => boundsIn(part, kind));
  return (sli.kind === 'ttft' || sli.kind === 'latency') && sli.kind === kind ? [sli.underMs] : [];
}

/** No label holds one. */
const BETWEEN = '\n';

/** All counters of the book. */
export class Totals {
  readonly boundsMs: Readonly<Record<DurationName, readonly number[]>>;
  readonly #totals = new Map<TotalName, Map<string, number>>();
  readonly #durations = new Map<DurationName, Map<string, DurationTotal>>();

  constructor(objectives: readonly Objective[]) {
    this.boundsMs = {
      ttft: durationBoundsMs('ttft', objectives),
      total: durationBoundsMs('total', objectives),
    };
    for (const name of Object.keys(TOTAL_LABELS) as TotalName[]) this.#totals.set(name, new Map());
    for (const name of Object.keys(DURATION_LABELS) as DurationName[]) this.#durations.set(name, new Map());
  }

  /** `labels` in the order of `TOTAL_LABELS`, each followed by the next after a line break. */
  add(name: TotalName, labels: string, amount = 1): void {
    if (amount === 0) return;
    const totals = this.#totals.get(name);
    totals?.set(labels, (totals.get(labels) ?? 0) + amount);
  }

  addDuration(name: DurationName, labels: string, ms: number): void {
    const durations = this.#durations.get(name);
    let one = durations?.get(labels);
    const boundsMs = this.boundsMs[name];
    if (one === undefined) {
      one = { labels: labels.split(BETWEEN), counts: new Array(boundsMs.length + 1).fill(0), sumMs: 0 };
      durations?.set(labels, one);
    }
    let bucket = 0;
    while (ms > (boundsMs[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    one.counts[bucket] = (one.counts[bucket] ?? 0) + 1;
    one.sumMs += ms;
  }

  *counters(name: TotalName): Iterable<{ labels: string[]; value: number }> {
    for (const [labels, value] of this.#totals.get(name) ?? []) yield { labels: labels.split(BETWEEN), value };
  }

  durations(name: DurationName): Iterable<DurationTotal> {
    return this.#durations.get(name)?.values() ?? [];
  }

  forgetTenant(tenant: string): void {
    for (const name of OF_TENANTS) {
      const totals = this.#totals.get(name);
      for (const labels of totals?.keys() ?? []) if (labels.startsWith(tenant + BETWEEN)) totals?.delete(labels);
    }
  }

  save(): string {
    const totals = [...this.#totals].map(([name, values]) => [name, [...values]]);
    const durations = [...this.#durations].map(([name, ones]) => [name, this.boundsMs[name], [...ones]]);
    return JSON.stringify({ totals, durations });
  }

  /** Durations whose bounds have changed begin anew, which Prometheus takes for a restart. */
  load(text: string): void {
    const saved: Saved = JSON.parse(text);
    for (const [name, values] of saved.totals) if (this.#totals.has(name)) this.#totals.set(name, new Map(values));
    for (const [name, boundsMs, ones] of saved.durations) {
      if (boundsMs.join() === this.boundsMs[name]?.join()) this.#durations.set(name, new Map(ones));
    }
  }
}

interface Saved {
  totals: [TotalName, [string, number][]][];
  durations: [DurationName, number[], [string, DurationTotal][]][];
}
