/** Makes the promises of a config, with or without a section `slo`. */
import { isPerRequest } from '../slo/sli-outcome.ts';
import type { AverageObjective, Objective, ServiceClass, Sli, Slo } from '../slo/slo.ts';
import { OBJECTIVE_WINDOWS } from '../slo/windows.ts';
import { resolvePolicy } from './resolve-policy.ts';
import { resolvedAlerts } from './resolve-slo-alerts.ts';
import type { CheckedConfig } from './schema.ts';
import { presetAverages, presetObjectives, SHARE_IN_TIME } from './slo-presets.ts';

type CheckedSlo = CheckedConfig['slo'];
/** An objective as written, merged over the preset's objective of the same name. */
export type WrittenObjective = NonNullable<CheckedSlo['objectives']>[number];
type WrittenAverage = NonNullable<CheckedSlo['averages']>[number];
/** The parts of config that promises are made from. */
export interface PromiseConfig {
  slo: CheckedSlo;
  features: Readonly<Record<string, unknown>>;
  tenants: Readonly<Record<string, { class?: string | undefined }>>;
}

const DAY_MS = 86_400_000;

/** If `local`, everything is public unless config has `slo.public`. */
export function resolveSlo(promising: PromiseConfig, local: boolean): Slo {
  const { slo } = promising;
  const objectives = [
    ...resolvedObjectives(promising),
    ...classObjectives(promising).map(({ objective }) => objective),
  ];
  const averages = byName<WrittenAverage>(presetAverages(slo, Object.keys(promising.features)), slo.averages).map(
    resolvedAverage,
  );
  const names = [...objectives, ...averages].map(({ name }) => name);
  const { public: publicNames = local ? names : [], objectives: _, averages: __, preset: ___, ...rest } = slo;
  const {
    retention,
    reviewEvery,
    noDataAfter,
    contact,
    classes,
    credits,
    policy,
    judge: ____,
    alerts,
    runbooks,
    ...same
  } = rest;
  return {
    ...same,
    contact: contact ?? null,
    retentionDays: Math.floor(retention / DAY_MS),
    reviewEveryDays: Math.floor(reviewEvery / DAY_MS),
    objectives,
    averages,
    classes: new Map(Object.entries(classes).map(([name, one]) => [name, resolvedClass(one)])),
    publicNames: new Set(publicNames),
    noDataAfterMs: noDataAfter,
    policy: resolvePolicy(policy),
    alerts: resolvedAlerts(alerts),
    runbooks: new Map(Object.entries(runbooks)),
    credits: [...credits].sort((one, other) => other.below - one.below),
  };
}

/** The preset's objectives and the written ones, each name once. */
export const writtenObjectives = (promising: PromiseConfig): WrittenObjective[] =>
  byName<WrittenObjective>(presetObjectives(promising.slo, Object.keys(promising.features)), promising.slo.objectives);

/** The objectives of each tenant that has a service class. */
export function classObjectives({ slo, tenants }: PromiseConfig): { tenant: string; objective: Objective }[] {
  return Object.entries(tenants).flatMap(([tenant, { class: name = '' }]) => {
    const { success, ttft, latency } = (Object.hasOwn(slo.classes, name) && slo.classes[name]) || {};
    const slis: [Sli, number | undefined][] = [
      [{ kind: 'success' }, success],
      [{ kind: 'ttft', underMs: ttft ?? 0 }, ttft && SHARE_IN_TIME],
      [{ kind: 'latency', underMs: latency ?? 0 }, latency && SHARE_IN_TIME],
    ];
    return slis.flatMap(([sli, target]) => {
      if (target === undefined) return [];
      const objective = resolvedObjective({ name: `${tenant}-${sli.kind}`, target }, sli);
      return [{ tenant, objective: { ...objective, tenant } }];
    });
  });
}

function resolvedObjectives(promising: PromiseConfig): Objective[] {
  const written = writtenObjectives(promising);
  const plain = new Map<string, Objective>();
  for (const one of written) if (one.of === undefined) plain.set(one.name, resolvedObjective(one, sliOf(one)));
  return written.map((one) => plain.get(one.name) ?? composite(one, plain));
}

/** Makes an objective of several parts. By default its target is the product of its parts' targets. */
function composite(written: WrittenObjective, plain: ReadonlyMap<string, Objective>): Objective {
  const parts = (written.of ?? []).flatMap((name) => plain.get(name) ?? []);
  const counted = parts.filter(({ sli }) => isPerRequest(sli));
  const product = (of: 'target' | 'promised') => rounded(100 * parts.reduce((all, part) => all * (part[of] / 100), 1));
  const target = written.target ?? product('target');
  return {
    ...resolvedObjective(
      {
        ...written,
        target,
        promised: written.promised ?? (written.target === undefined ? product('promised') : target),
      },
      { kind: 'all', of: counted.map(({ sli }) => sli) },
    ),
    feature: counted[0]?.feature ?? null,
  };
}

const rounded = (percent: number): number => Math.round(percent * 1e4) / 1e4;

function resolvedObjective(written: WrittenObjective, sli: Sli): Objective {
  const { name, feature, target = 100, promised = target, window = '30d', why, team, tier, of = [] } = written;
  return {
    ...{ name, sli, target, promised, of },
    feature: feature ?? null,
    tenant: null,
    windowMs: OBJECTIVE_WINDOWS[window],
    why: why ?? null,
    team: team ?? null,
    tier: tier ?? null,
    countsInSlo: written.countsInSlo ?? false,
    alerts:
      written.alerts?.map((one) => ({ limit: one.below ?? null, forMs: one.for, severity: one.severity })) ?? null,
  };
}

/** What a written objective counts. */
export function sliOf({ name, sli = 'success', under = 0, atMostUsd = 0 }: WrittenObjective): Sli {
  switch (sli) {
    case 'ttft':
    case 'latency':
      return { kind: sli, underMs: under };
    case 'cost':
      return { kind: sli, atMostMicroUsd: microUsd(atMostUsd) };
    case 'external':
      return { kind: sli, name };
    default:
      return { kind: sli };
  }
}

const resolvedAverage = ({ name, feature, averageUsd, window = '30d' }: WrittenAverage): AverageObjective => ({
  ...{ name, feature: feature ?? null, averageMicroUsd: microUsd(averageUsd), windowMs: OBJECTIVE_WINDOWS[window] },
});

const resolvedClass = ({ success, ttft, latency }: CheckedSlo['classes'][string]): ServiceClass => ({
  ...{ success, ttftMs: ttft, latencyMs: latency },
});

const microUsd = (usd: number): number => Math.round(usd * 1e6);

/** Merges each written promise over the preset's of the same name, field by field. */
function byName<Named extends { name: string }>(preset: readonly Named[], written: readonly Named[] = []): Named[] {
  const all = new Map(preset.map((one) => [one.name, one]));
  for (const one of written) all.set(one.name, { ...all.get(one.name), ...one });
  return [...all.values()];
}
