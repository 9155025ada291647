/** One open page for each promise: an outage breaks many conditions at once, and wakes somebody once (docs/decisions/0078-one-page-for-each-promise.md). */
import { type Notice, SEVERITIES, type Severity } from '../alerts/notice.ts';
import { tenantPart } from './watch/threshold.ts';
import { AGAIN_AFTER_MS, type FiringAlert } from './watch/watch-state.ts';
import { lasting } from './watch/words.ts';

/** What was sent about a promise, and is not over. */
export interface OpenPage {
  /** Of all its notices: the alert that was sent first. */
  subject: string;
  /** Since when the first of its conditions held. */
  since: number;
  /** The alerts that it is about. */
  alerts: readonly string[];
  /** How urgent its notices were. */
  severities: readonly Severity[];
}

/** By promise, and by tenant where one gets alerts of its own. Plain JSON. */
export type OpenPages = Readonly<Record<string, OpenPage>>;

/** All that is looked at. `firing`: after the step whose notices these are. */
export interface Paging {
  open: OpenPages;
  firing: Readonly<Record<string, Pick<FiringAlert, 'quietSince' | 'severity'>>>;
}

/**
 * Adds what begins to the page of its promise that is open: then it is for webhooks alone that were told nothing as urgent. A page is
 * over when none of its alerts fires.
 */
export function withPages(
  notices: readonly Notice[],
  { open: before, firing }: Paging,
  now: number,
): { notices: Notice[]; open: OpenPages } {
  const open: Record<string, OpenPage> = { ...before };
  const over = new Set<string>();
  const told = notices.toSorted(moreUrgent).flatMap((notice): Notice[] => {
    const { alert, group } = pageOf(notice);
    if (group === undefined) return [notice];
    const page = open[group];
    if (notice.type !== 'slo.recovered') {
      const peers = (page?.alerts ?? []).filter((name) => name !== alert && isLive(firing[name], now));
      open[group] = added(page, notice, alert);
      const toldAs = asUrgent(
        peers.flatMap((name) => firing[name]?.severity ?? []),
        notice.severity,
      );
      return [{ ...notice, subject: page?.subject ?? notice.subject, ...(toldAs.length > 0 && { toldAs }) }];
    }
    if (page === undefined || !page.alerts.includes(alert)) return over.has(group) ? [] : [notice];
    if (page.alerts.some((name) => name in firing)) return [];
    delete open[group];
    over.add(group);
    return endings(page, notice, now);
  });
  const isOpen = ({ alerts }: OpenPage): boolean => alerts.some((name) => name in firing);
  return { notices: told, open: Object.fromEntries(Object.entries(open).filter(([, page]) => isOpen(page))) };
}

/** The alert's name whose page this alert was added to; null: it has its own, or none. */
export function addedTo(open: OpenPages, alert: string): string | null {
  const page = Object.values(open).find(({ alerts }) => alerts.includes(alert));
  return page === undefined || page.subject === alert ? null : page.subject;
}

/** Without a group: told by itself. */
function pageOf({ kind, data: { alert, objective } }: Notice): { alert: string; group: string | undefined } {
  const name = String(alert);
  return { alert: name, group: kind === 'slo' && objective != null ? `${objective}${tenantPart(name)}` : undefined };
}

function added(page: OpenPage | undefined, { subject, severity, data, at }: Notice, alert: string): OpenPage {
  const since = typeof data.since === 'number' ? data.since : at;
  if (page === undefined) return { subject, since, alerts: [alert], severities: [severity] };
  return {
    subject: page.subject,
    since: Math.min(page.since, since),
    alerts: [...new Set([...page.alerts, alert])],
    severities: SEVERITIES.filter((one) => one === severity || page.severities.includes(one)),
  };
}

/** An alert that has been quiet for long is another outage's: it does not keep this one from being sent. */
const isLive = (alert: Pick<FiringAlert, 'quietSince'> | undefined, now: number): boolean =>
  alert !== undefined && (alert.quietSince === null || now - alert.quietSince < AGAIN_AFTER_MS);

/** Those of these severities that are at least as urgent. */
const asUrgent = (severities: readonly Severity[], least: Severity): Severity[] =>
  SEVERITIES.slice(0, SEVERITIES.indexOf(least) + 1).filter((one) => severities.includes(one));

/** One for each severity that was sent, so that each webhook that was sent anything is sent the end once. */
function endings(page: OpenPage, notice: Notice, now: number): Notice[] {
  const { objective } = notice.data;
  const lastedMs = now - page.since;
  const joint: Partial<Notice> | false = page.alerts.length > 1 && {
    text: `No alert about ${objective} fires any more. It lasted ${lasting(lastedMs)}.`,
    data: { ...notice.data, since: page.since, lastedMs, alerts: page.alerts },
  };
  return page.severities.map((severity, place) => ({
    ...{ ...notice, ...joint, severity, subject: page.subject },
    ...(place > 0 && { name: `${notice.name}/${severity}`, toldAs: page.severities.slice(0, place) }),
  }));
}

const moreUrgent = (one: Notice, other: Notice): number =>
  SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity);
