/** One step of the watch: from the conditions that hold now to what is pending, firing and sent. */
import { type Notice, SEVERITIES } from '../../alerts/notice.ts';
import { OTHER } from '../book/tenants.ts';
import { runbookOf } from '../runbook.ts';
import type { Slo } from '../slo.ts';
import type { Condition } from './condition.ts';
import { isOfSingleTenant } from './threshold.ts';
import type { FiringAlert, WatchState } from './watch-state.ts';
import { lastedText, timeOfDay } from './words.ts';

const MINUTE_MS = 60_000;
/**
 * At most this many alerts about single tenants are remembered, so an outage for thousands of tenants is reported by the first
 * ones. Config causes only a few alerts of other kinds.
 */
export const MOST_REMEMBERED = 1_000;

/**
 * If an alert's own condition holds again after this long, the alert is sent again: it is another outage, even if the objective
 * has not recovered in between.
 */
const AGAIN_AFTER_MS = 3_600_000;

/**
 * A plain threshold's alert ends only after its condition has not held for this long, so that a value close to the limit does not
 * end its alert every other minute.
 */
const QUIET_MS = 300_000;

/** One step. `conditions` are all that hold now. If two have the same name, the first one counts. */
export function watchStep(
  before: WatchState,
  conditions: readonly Condition[],
  slo: Pick<Slo, 'runbooks' | 'objectives' | 'averages'>,
  now: number,
): { state: WatchState; notices: Notice[] } {
  const pending: Record<string, number> = {};
  const firing: Record<string, FiringAlert> = {};
  const [begun, ended]: [Notice[], FiringAlert[]] = [[], []];
  const held = new Set(conditions.map(({ name }) => name));
  const heldGroups = new Set(conditions.map(({ group }) => group));
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  let room = MOST_REMEMBERED;

  for (const alert of Object.values(before.firing)) {
    if (held.has(alert.name)) continue;
    const quietSince = alert.quietSince ?? minute;
    const isOver = !heldGroups.has(alert.group) && (alert.type !== 'slo.threshold' || minute - quietSince >= QUIET_MS);
    if (isOver) ended.push(alert);
    else firing[alert.name] = { ...alert, burnRate: null, quietSince };
  }
  room -= Object.keys(firing).length;
  for (const condition of [0, 1, 2].flatMap((place) => conditions.filter((one) => placeOf(one) === place))) {
    const known = before.firing[condition.name];
    const since = before.pending[condition.name] ?? minute;
    if (condition.name in firing || condition.name in pending) continue;
    if (known !== undefined && minute - (known.quietSince ?? minute) < AGAIN_AFTER_MS) {
      firing[condition.name] = { ...known, burnRate: condition.burnRate, quietSince: null };
    } else if (room <= 0 && placeOf(condition) > 0) {
      continue;
    } else if (minute - since >= condition.forMs && !condition.isCovered) {
      const { alert, notice } = begin(condition, runbookOf(slo, watchedAs(condition)), since, now);
      firing[condition.name] = alert;
      begun.push(notice);
    } else if (condition.forMs > 0) {
      pending[condition.name] = since;
    }
    room -= 1;
  }
  return {
    state: { pending, firing },
    notices: [...begun.sort(moreUrgent), ...ended.map((alert) => end(alert, slo, now))],
  };
}

/**
 * The order in which conditions get room among the remembered alerts. Alerts that wait behind a wider one must not displace those
 * that are sent.
 */
const placeOf = ({ isCovered, name }: Condition): number => (isOfSingleTenant(name) ? (isCovered ? 2 : 1) : 0);

const moreUrgent = (one: Notice, other: Notice): number =>
  SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity);

/** A condition's key in `slo.runbooks`: a promise, or another watched thing such as `spend`. */
function watchedAs({ objective, name }: Condition): string | null {
  const [first = null, second = null] = name.split('/');
  return objective ?? (first === 'threshold' ? second : first);
}

function begin(
  condition: Condition,
  runbook: string | null,
  since: number,
  now: number,
): { alert: FiringAlert; notice: Notice } {
  const { forMs: _, isCovered: __, tell, ...same } = condition;
  const { text, data } = tell();
  const { name, tenant, type, severity, objective, feature, burnRate } = condition;
  return {
    alert: { ...same, since, firedAt: now, quietSince: null, text, runbook },
    notice: {
      ...{
        name: `${name}@${now}`,
        subject: name,
        tenant: tenantToNotify(tenant),
        kind: 'slo',
        type,
        severity,
        at: now,
        runbook,
      },
      text: condition.forMs > 0 ? `${text} This has held since ${timeOfDay(since)}.` : text,
      data: { alert: name, objective, feature, burnRate, since, ...data },
    },
  };
}

/** The tenant that gets the notice. Null for `other`, because a tenant of that name must not get alerts about the others. */
const tenantToNotify = (tenant: string | null): string | null => (tenant === OTHER ? null : tenant);

function end(alert: FiringAlert, slo: Pick<Slo, 'objectives' | 'averages'>, now: number): Notice {
  const { name, tenant, severity, objective, feature, since, runbook } = alert;
  const isPromised = [...slo.objectives, ...slo.averages].some((promise) => promise.name === objective);
  const endText =
    objective === null || isPromised ? alert.endText : `${objective} is not promised any more, so nothing watches it.`;
  return {
    ...{ name: `${name}@${now}/over`, subject: name, tenant: tenantToNotify(tenant), severity, at: now, runbook },
    ...{ kind: 'slo', type: 'slo.recovered' },
    text: `${endText} It lasted ${lastedText(now - since)}.`,
    data: { alert: name, objective, feature, since, lastedMs: now - since },
  };
}
