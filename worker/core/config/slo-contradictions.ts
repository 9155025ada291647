/** Finds promises that cannot be tracked, and alerts on them that could never fire. Only the build uses this. */

import { MOST_TENANTS, OTHER } from '../slo/book/tenants.ts';
import { burnAlerts, fastestBurn } from '../slo/burn-alerts.ts';
import { isPerRequest } from '../slo/sli-outcome.ts';
import type { Objective } from '../slo/slo.ts';
import { type Contradiction, type Path, warning } from './contradiction.ts';
import { dependencyContradictions } from './dependency-contradictions.ts';
import { maintenanceContradictions } from './maintenance-contradictions.ts';
import { nearestOf } from './nearest.ts';
import { policyContradictions } from './policy-contradictions.ts';
import { classObjectives, resolveSlo, sliOf, type WrittenObjective, writtenObjectives } from './resolve-slo.ts';
import type { CheckedConfig } from './schema.ts';
import { sloAlertContradictions } from './slo-alerts-contradictions.ts';
import { presetAverages, presetObjectives } from './slo-presets.ts';

const error = (path: Path, message: string): Contradiction => ({ path, message, isError: true });

/** Errors in `slo` and in the classes of tenants, and warnings about what may surprise. */
export function sloContradictions(checked: CheckedConfig): Contradiction[] {
  const { slo } = checked;
  const errors = [
    ...ofNames(checked),
    ...ofObjectives(checked),
    ...ofFeatures(checked),
    ...ofClassNames(checked),
    ...(slo.averages ?? []).flatMap(({ averageUsd }, index) =>
      ofAmount(averageUsd, ['slo', 'averages', index, 'averageUsd']),
    ),
    ...maintenanceContradictions(slo.maintenance),
    ...ofCredits(slo.credits),
  ];
  if (errors.some(({ isError }) => isError)) return errors;
  const resolved = resolveSlo(checked, false);
  const names = [...resolved.objectives, ...resolved.averages].map(({ name }) => name);
  return [
    ...errors,
    ...sloAlertContradictions(checked, names),
    ...resolved.objectives.flatMap((objective) => ofTarget(objective, pathOf(objective, checked))),
    ...policyContradictions(checked, resolved),
    ...dependencyContradictions(slo.dependencies, resolved.objectives),
    ...(slo.public ?? []).flatMap((name, index) =>
      names.includes(name)
        ? []
        : [error(['slo', 'public', index], `"${name}" is not a promise; ${nearestOf(name, names)}`)],
    ),
  ];
}

/** Where a problem of an objective is reported. Objectives of the preset have no line of their own in config, so the place is `slo`. */
function pathOf({ name, tenant }: Objective, { slo, tenants }: CheckedConfig): Path {
  if (tenant !== null) return ['slo', 'classes', tenants[tenant]?.class ?? ''];
  const index = (slo.objectives ?? []).findIndex((one) => one.name === name);
  return index === -1 ? ['slo'] : ['slo', 'objectives', index, 'target'];
}

function ofNames(checked: CheckedConfig): Contradiction[] {
  const { objectives = [], averages = [] } = checked.slo;
  const written = new Set(averages.map(({ name }) => name));
  const ofPreset = presetAverages(checked.slo, Object.keys(checked.features)).filter(({ name }) => !written.has(name));
  const places: { name: string; path: Path }[] = [
    ...ofPreset.map(({ name }) => ({ name, path: ['slo', 'preset', name] })),
    ...objectives.map(({ name }, index) => ({ name, path: ['slo', 'objectives', index, 'name'] })),
    ...averages.map(({ name }, index) => ({ name, path: ['slo', 'averages', index, 'name'] })),
    ...classObjectives(checked).map(({ tenant, objective: { name } }) => ({
      name,
      path: ['tenants', tenant, 'class'],
    })),
  ];
  return places.flatMap(({ name, path }, index) => {
    if (places.findIndex((other) => other.name === name) === index) return [];
    return [error(path, `"${name}" is already the name of another promise; every promise needs its own`)];
  });
}

function ofObjectives(checked: CheckedConfig): Contradiction[] {
  const whole = new Map(writtenObjectives(checked).map((one) => [one.name, one]));
  return (checked.slo.objectives ?? []).flatMap((written, index) => {
    const path = ['slo', 'objectives', index];
    const objective = whole.get(written.name) ?? written;
    const found = objective.of === undefined ? ofPlain(objective, path, checked) : ofComposite(objective, path, whole);
    const { target = 100, promised = target } = objective;
    if (promised <= target) return found;
    const message = `is above the target (${target}), so alerts are silent while it is broken; write at most the target`;
    return [...found, warning([...path, 'promised'], message)];
  });
}

function ofPlain(
  { name, sli, target, under, atMostUsd }: WrittenObjective,
  path: Path,
  checked: CheckedConfig,
): Contradiction[] {
  const found: Contradiction[] = [];
  if (sli === undefined)
    found.push(
      error(
        [...path, 'sli'],
        `is missing; write what is measured, such as "success", or the parts in of: [ … ]${presetHint(name, checked)}`,
      ),
    );
  if (target === undefined)
    found.push(error([...path, 'target'], 'is missing; write the percentage of requests, such as 99.5'));
  const isTimed = sli === 'ttft' || sli === 'latency';
  if (isTimed && under === undefined)
    found.push(error([...path, 'under'], `is missing: "${sli}" needs a bound, such as under: "2.5s"`));
  if (!isTimed && under !== undefined)
    found.push(error([...path, 'under'], 'is only used with "ttft" and "latency"; leave it out'));
  if (sli === 'cost' && atMostUsd === undefined)
    found.push(error([...path, 'atMostUsd'], 'is missing: "cost" needs a bound, such as atMostUsd: 0.02'));
  if (sli !== 'cost' && atMostUsd !== undefined)
    found.push(error([...path, 'atMostUsd'], 'is only used with "cost"; leave it out'));
  return [...found, ...ofAmount(atMostUsd, [...path, 'atMostUsd'])];
}

/** Money is counted in micro-USD. */
const ofAmount = (usd: number | undefined, path: Path): Contradiction[] =>
  usd && usd < 1e-6 ? [error(path, 'is less than can be counted; write 0.000001 or more, or 0')] : [];

/** An objective without its own `sli` was probably meant to change one of a preset. */
function presetHint(name: string, { slo: { preset }, features }: CheckedConfig): string {
  const names = presetObjectives({ preset: preset ?? 'chat' }, Object.keys(features)).map((one) => one.name);
  if (preset !== undefined) return `. To change an objective of the preset, write its name: ${nearestOf(name, names)}`;
  return names.includes(name) ? '. To keep the default promises and change this one, add preset: "chat"' : '';
}

function ofComposite(
  objective: WrittenObjective,
  path: Path,
  whole: ReadonlyMap<string, WrittenObjective>,
): Contradiction[] {
  const found: Contradiction[] = [];
  for (const field of ['sli', 'feature', 'under', 'atMostUsd'] as const) {
    if (objective[field] !== undefined) found.push(error([...path, field], 'comes from the parts in of; leave it out'));
  }
  const names = [...whole.values()].flatMap(({ name, of }) => (of === undefined ? [name] : []));
  const parts = (objective.of ?? []).flatMap((name, index) => {
    const part = names.includes(name) ? whole.get(name) : undefined;
    if (part === undefined) {
      const what = whole.has(name) ? 'is a composite itself' : 'is not an objective';
      found.push(error([...path, 'of', index], `"${name}" ${what}; ${nearestOf(name, names)}`));
    } else if (objective.of?.indexOf(name) !== index) {
      found.push(error([...path, 'of', index], `"${name}" is written twice; write each part once`));
    }
    return part ?? [];
  });
  const [first, ...others] = parts.filter((part) => isPerRequest(sliOf(part)));
  for (const other of others) {
    if (first === undefined || other.feature === first.feature) continue;
    const [one, two] = [first, other].map(({ name, feature }) => `"${name}" is for ${feature ?? 'all features'}`);
    found.push(
      error([...path, 'of'], `no request counts for all of them: ${one}, ${two}; write objectives of one feature`),
    );
  }
  return found;
}

function ofFeatures({ slo, features }: CheckedConfig): Contradiction[] {
  const names = Object.keys(features);
  return (['objectives', 'averages'] as const).flatMap((list) =>
    (slo[list] ?? []).flatMap(({ feature }, index) => {
      if (feature === undefined || names.includes(feature)) return [];
      return [error(['slo', list, index, 'feature'], `"${feature}" is not one of features: ${names.join(', ')}`)];
    }),
  );
}

function ofClassNames({ slo, tenants }: CheckedConfig): Contradiction[] {
  const names = Object.keys(slo.classes);
  const promised = Object.values(tenants).filter((tenant) => tenant.class !== undefined).length;
  const used = new Set(Object.values(tenants).map((tenant) => tenant.class));
  const tooMany = `${promised} tenants have a class, but only ${MOST_TENANTS} can be counted one by one; promise the others what holds for all`;
  return [
    ...(promised > MOST_TENANTS ? [error(['tenants'], tooMany)] : []),
    ...Object.entries(tenants).flatMap(([tenant, { class: name }]) => {
      if (name === undefined || names.includes(name)) return [];
      const message = `"${name}" is not one of slo.classes: ${names.join(', ') || 'there are none'}`;
      return [error(['tenants', tenant, 'class'], message)];
    }),
    ...(tenants[OTHER]?.class === undefined
      ? []
      : [
          error(
            ['tenants', OTHER, 'class'],
            `tenants beyond the ${MOST_TENANTS} busiest are counted as "${OTHER}"; give this tenant another name`,
          ),
        ]),
    ...names.flatMap((name) => {
      const path = ['slo', 'classes', name];
      const { success, ttft, latency } = slo.classes[name] ?? {};
      if (success === undefined && ttft === undefined && latency === undefined)
        return [error(path, 'promises nothing; write success, ttft or latency')];
      return used.has(name) ? [] : [warning(path, 'promises nothing: no tenant has this class')];
    }),
  ];
}

function ofCredits(credits: CheckedConfig['slo']['credits']): Contradiction[] {
  return credits.flatMap(({ below, percent }, index) => {
    const path = ['slo', 'credits', index];
    if (credits.findIndex((other) => other.below === below) < index)
      return [error([...path, 'below'], 'is written twice; write each threshold once')];
    const isLess = credits.some((other) => other.below > below && other.percent >= percent);
    return isLess
      ? [warning([...path, 'percent'], 'is no more than is due for a better month; write a larger one')]
      : [];
  });
}

/** Warns of a target that leaves no error budget, or at which an alert could never fire. */
function ofTarget(objective: Objective, path: Path): Contradiction[] {
  const { name, target } = objective;
  if (target === 100) {
    const message =
      'is 100, which leaves no error budget: one bad request exhausts it, and no alert on a burn rate is possible';
    return [warning(path, `${name}: ${message}; write less`)];
  }
  const fastest = fastestBurn(objective);
  return burnAlerts(objective).flatMap(({ long, severity, wantedBurnRate, burnRate }) => {
    if (wantedBurnRate < fastest) return [];
    const message = `at ${target} % the budget burns at most ${short(fastest)} times too fast, so the ${severity} above ${short(wantedBurnRate)} over ${long} could never fire; it fires above ${short(burnRate)} instead`;
    return [warning(path, `${name}: ${message}`)];
  });
}

const short = (rate: number): string => String(Math.round(rate * 10) / 10);
