/** Maintenance is announced when it is first seen in config, and once more before it begins. */
import type { Notice } from '../alerts/notice.ts';
import type { Maintenance, MaintenanceWindow } from './slo.ts';

/** An announcement that was sent. It is remembered until the maintenance is over. */
export interface AnnouncedMaintenance {
  name: string;
  to: number;
}

const HOUR_MS = 3_600_000;

/**
 * The notices that are due for windows that are not over. A window whose reminder is due when it is first seen is announced only
 * once. `nextAt` is when the next reminder is due, or null if there is none.
 */
export function maintenanceNotices(
  { windows, noticeHours }: Pick<Maintenance, 'windows' | 'noticeHours'>,
  told: readonly AnnouncedMaintenance[],
  now: number,
): { notices: Notice[]; told: AnnouncedMaintenance[]; nextAt: number | null } {
  const after = told.filter(({ to }) => to > now);
  const known = new Set(after.map(({ name }) => name));
  const notices: Notice[] = [];
  let nextAt: number | null = null;
  for (const window of windows.filter(({ to }) => to > now)) {
    const remindAt = window.from - noticeHours * HOUR_MS;
    const due = remindAt <= now ? ['announced', 'reminder'] : ['announced'];
    const names = due.map((which) => `${subjectOf(window)}/${which}`).filter((name) => !known.has(name));
    after.push(...names.map((name) => ({ name, to: window.to })));
    const [first] = names;
    if (first !== undefined) notices.push(noticeOf(window, first, now));
    if (remindAt > now) nextAt = Math.min(nextAt ?? remindAt, remindAt);
  }
  return { notices, told: after, nextAt };
}

const subjectOf = ({ from, to }: MaintenanceWindow): string => `maintenance/${from}-${to}`;

function noticeOf(window: MaintenanceWindow, name: string, now: number): Notice {
  const { from, to, reason } = window;
  return {
    ...{ name, subject: subjectOf(window), tenant: null, kind: 'incident', type: 'maintenance.announced' },
    ...{ severity: 'note', at: now, runbook: null },
    text: `Maintenance from ${minute(from)} to ${minute(to)} (UTC): ${reason}`,
    data: { from, to, reason },
  };
}

const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
