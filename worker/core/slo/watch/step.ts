/** From what holds now to what is pending, firing and told. */
import { type Notice, SEVERITIES } from '../../alerts/notice.ts';
import { OTHER } from '../book/tenants.ts';
import { runbookOf } from '../runbook.ts';
import type { Slo } from '../slo.ts';
import type { Condition } from './condition.ts';
import { isOfSingleTenant } from './threshold.ts';
import type { FiringAlert, WatchState } from './watch-state.ts';
import { lasting, timeOfDay } from './words.ts';

const MINUTE_MS = 60_000;
/** No more of single tenants are remembered: an outage for thousands of tenants is reported by its first ones. Of the others config has few. */
export const MOST_REMEMBERED = 1_000;

/** An alert whose own condition has not held for so long is told again when it does: it is another outage, though the objective has not recovered. */
const AGAIN_AFTER_MS = 3_600_000;

/** A plain threshold is over when it has not held for so long: a value close to its limit must not tell its end every other minute. */
const QUIET_MS = 300_000;

/** `conditions`: all that hold now; of two with one name the first counts. */
export function stepOf(
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

/** What waits behind something wider must not take the room of what is sent. */
const placeOf = ({ isCovered, name }: Condition): number => (isOfSingleTenant(name) ? (isCovered ? 2 : 1) : 0);

const moreUrgent = (one: Notice, other: Notice): number =>
  SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity);

/** As `slo.runbooks` names it: a promise, or what is looked at, such as `spend`. */
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
        tenant: toldTo(tenant),
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

/** A tenant with that name gets no alert about the others. */
const toldTo = (tenant: string | null): string | null => (tenant === OTHER ? null : tenant);

function end(alert: FiringAlert, slo: Pick<Slo, 'objectives' | 'averages'>, now: number): Notice {
  const { name, tenant, severity, objective, feature, since, runbook } = alert;
  const isPromised = [...slo.objectives, ...slo.averages].some((promise) => promise.name === objective);
  const endText =
    objective === null || isPromised ? alert.endText : `${objective} is not promised any more, so nothing watches it.`;
  return {
    ...{ name: `${name}@${now}/over`, subject: name, tenant: toldTo(tenant), severity, at: now, runbook },
    ...{ kind: 'slo', type: 'slo.recovered' },
    text: `${endText} It lasted ${lasting(now - since)}.`,
    data: { alert: name, objective, feature, since, lastedMs: now - since },
  };
}
