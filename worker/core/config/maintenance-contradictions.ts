/** Finds planned maintenance beyond what is promised about it. Such a window would hide failures, so the build refuses it. */
import type { Contradiction } from './contradiction.ts';
import type { CheckedConfig } from './schema.ts';

type Maintenance = CheckedConfig['slo']['maintenance'];

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];

/** Errors in the windows of maintenance. */
export function maintenanceContradictions({
  windows,
  mostMinutes,
  perQuarter,
  noticeHours,
}: Maintenance): Contradiction[] {
  const inQuarter = new Map<number, number>();
  return windows.flatMap(({ from, to, announcedAt }, index) => {
    const path = ['slo', 'maintenance', 'windows', index];
    const found: Contradiction[] = [];
    const refuse = (field: string, message: string) => found.push({ path: [...path, field], message, isError: true });
    if (to <= from) refuse('to', 'is not after from; write when the window ends');
    const minutes = Math.ceil((to - from) / MINUTE_MS);
    if (minutes > mostMinutes)
      refuse(
        'to',
        `makes the window ${minutes} minutes long, but mostMinutes is ${mostMinutes}; write a shorter window`,
      );
    const hours = Math.floor((from - announcedAt) / HOUR_MS);
    if (hours < noticeHours) {
      const message = `is ${hours} hours before from, but noticeHours is ${noticeHours}, so the window counts against the promise; leave it out`;
      refuse('announcedAt', message);
    }
    const quarter = quarterOf(from);
    const nth = (inQuarter.get(quarter) ?? 0) + 1;
    inQuarter.set(quarter, nth);
    if (nth > perQuarter)
      refuse(
        'from',
        `makes this window number ${nth} of its quarter (UTC), but perQuarter is ${perQuarter}; move it or leave it out`,
      );
    return found;
  });
}

/** A number for each quarter of UTC's calendar. */
function quarterOf(at: number): number {
  const date = new Date(at);
  return date.getUTCFullYear() * 4 + Math.floor(date.getUTCMonth() / 3);
}
