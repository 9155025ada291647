/** Starting points for promises, by what the features do. */

/** The percentage of requests that keep a bound, as in "p95", if config writes no other. */
export const SHARE_IN_TIME = 95;

/** What each feature is promised. */
interface Starter {
  /** Percent of requests. */
  success: number;
  /** A bound, like `latency`, that `SHARE_IN_TIME` percent of requests keep. */
  ttft?: number;
  latency?: number;
  averageUsd: number;
}

/** The presets by name. Bounds are in milliseconds. */
export const SLO_PRESETS = {
  /** A person reads while the answer is written. */
  chat: { success: 99.5, ttft: 2_500, averageUsd: 0.015 },
  /** Speech, and completion while a person types. */
  realtime: { success: 99.9, ttft: 800, latency: 5_000, averageUsd: 0.005 },
  /** Long prompts with retrieved documents. */
  rag: { success: 99.5, ttft: 4_000, latency: 30_000, averageUsd: 0.03 },
  /** Many steps, and nobody waits for the first word. */
  agent: { success: 99, latency: 120_000, averageUsd: 0.25 },
} as const satisfies Readonly<Record<string, Starter>>;

/** The name of a preset. */
export type SloPreset = keyof typeof SLO_PRESETS;

interface Promising {
  preset?: SloPreset | undefined;
  objectives?: readonly unknown[] | undefined;
}

/** Undefined if config writes objectives and no preset, because the written ones are then all. */
function starterOf({ preset, objectives }: Promising): Starter | undefined {
  const name = preset ?? (objectives === undefined ? 'chat' : undefined);
  return name === undefined ? undefined : SLO_PRESETS[name];
}

/** Objectives for each of these features, in the form in which config writes them. */
export function presetObjectives(slo: Promising, features: readonly string[]) {
  const starter = starterOf(slo);
  if (starter === undefined) return [];
  return features.flatMap((feature) => [
    { name: `${feature}-success`, feature, sli: 'success' as const, target: starter.success },
    ...(['ttft', 'latency'] as const).flatMap((sli) => {
      const under = starter[sli];
      return under === undefined ? [] : [{ name: `${feature}-${sli}`, feature, sli, under, target: SHARE_IN_TIME }];
    }),
  ]);
}

/** An average cost for each of these features, in the form in which config writes it. */
export function presetAverages(slo: Promising, features: readonly string[]) {
  const starter = starterOf(slo);
  if (starter === undefined) return [];
  return features.map((feature) => ({ name: `${feature}-cost`, feature, averageUsd: starter.averageUsd }));
}
