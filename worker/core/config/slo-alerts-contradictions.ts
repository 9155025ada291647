/** Finds plain thresholds that say nothing, or say the same twice. Only the build uses this. */
import type { AlertSli } from '../slo/alert-rule.ts';
import type { Contradiction, Path } from './contradiction.ts';
import { nearestOf } from './nearest.ts';
import type { CheckedConfig } from './schema.ts';
import type { SloAlertInput } from './slo-alerts-schema.ts';

/** For each kind of alert: the field of its limit, whether it takes `for`, and whether tenants are watched one by one. */
const TAKES: Readonly<Record<AlertSli, { limit: 'below' | 'above' | null; isLasting: boolean; isOfTenants: boolean }>> =
  {
    success: { limit: 'below', isLasting: true, isOfTenants: true },
    ttft: { limit: 'below', isLasting: true, isOfTenants: true },
    latency: { limit: 'below', isLasting: true, isOfTenants: true },
    cost: { limit: 'above', isLasting: true, isOfTenants: true },
    spend: { limit: 'above', isLasting: false, isOfTenants: true },
    throughput: { limit: 'below', isLasting: true, isOfTenants: false },
    rate: { limit: 'above', isLasting: true, isOfTenants: true },
    rejected: { limit: 'above', isLasting: true, isOfTenants: false },
    no_data: { limit: null, isLasting: false, isOfTenants: false },
  };
/** What `slo.runbooks` may name beside promises. `*` stands for everything that has none of its own. */
const RUNBOOKS: readonly string[] = ['*', 'spend', 'throughput', 'rate', 'rejected', 'no_data'] satisfies (
  | AlertSli
  | '*'
)[];

/** Errors in `slo.alerts` and `slo.runbooks`. `names` are the names of all promises. */
export function sloAlertContradictions(checked: CheckedConfig, names: readonly string[]): Contradiction[] {
  const { alerts = [], runbooks } = checked.slo;
  const unknown = Object.keys(runbooks).filter((name) => !names.includes(name) && !RUNBOOKS.includes(name));
  return [
    ...alerts.flatMap((alert, index) => ofAlert(alert, ['slo', 'alerts', index], checked, alerts.slice(0, index))),
    ...unknown.map((name) =>
      error(
        ['slo', 'runbooks', name],
        `is neither a promise nor anything else that is watched; ${nearestOf(name, [...RUNBOOKS, ...names])}`,
      ),
    ),
  ];
}

const error = (path: Path, message: string): Contradiction => ({ path, message, isError: true });

function ofAlert(
  alert: SloAlertInput,
  path: Path,
  { features }: CheckedConfig,
  earlier: readonly SloAlertInput[],
): Contradiction[] {
  const { sli, of } = alert;
  const { limit, isLasting, isOfTenants } = TAKES[sli];
  const found: Contradiction[] = [];
  for (const field of ['below', 'above'] as const) {
    if (alert[field] === undefined || field === limit) continue;
    found.push(
      error([...path, field], `is not used with "${sli}"; ${limit === null ? 'leave it out' : `write ${limit}`}`),
    );
  }
  if (sli !== 'spend' && alert.byDay !== undefined)
    found.push(error([...path, 'byDay'], 'is only used with "spend"; leave it out'));
  if (isLasting && alert.for === undefined)
    found.push(error([...path, 'for'], 'is missing; write how long it must last, such as "5m"'));
  if (!isLasting && alert.for !== undefined)
    found.push(error([...path, 'for'], `is not used with "${sli}"; leave it out`));
  if (of?.startsWith('tenant=') && !isOfTenants)
    found.push(error([...path, 'of'], `names a tenant: "${sli}" is only watched for all requests and for features`));
  if ((of === 'all' || of?.startsWith('feature=')) && (sli === 'spend' || sli === 'rate'))
    found.push(
      error(
        [...path, 'of'],
        `covers all tenants: "${sli}" is watched for each tenant; write "tenant=*", or leave it out`,
      ),
    );
  const feature = of?.startsWith('feature=') ? of.slice('feature='.length) : '*';
  if (feature !== '*' && !Object.hasOwn(features, feature))
    found.push(error([...path, 'of'], `"${feature}" is not a feature; ${nearestOf(feature, Object.keys(features))}`));
  if (earlier.some((other) => isSame(other, alert)))
    found.push(error(path, 'is written twice: an earlier one has the same sli, of, for and severity; leave one out'));
  return found;
}

const isSame = (one: SloAlertInput, other: SloAlertInput): boolean =>
  one.sli === other.sli && one.of === other.of && one.for === other.for && one.severity === other.severity;
