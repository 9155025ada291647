/** One look of the watch: what holds now, what to send, and when to look again. */
import { type AnnouncedMaintenance, maintenanceNotices } from '../../core/slo/maintenance-notices.ts';
import type { RateLimits } from '../../core/slo/metrics/rate-saturation.ts';
import type { Slo } from '../../core/slo/slo.ts';
import { watch } from '../../core/slo/watch/watch.ts';
import type { BookMemory } from './book-turns.ts';

const MINUTE_MS = 60_000;

/** The parts of config that a look needs. */
export interface WatchConfig extends RateLimits {
  slo: Slo;
}

/** Returns when the next look is due even if no record comes, or null if it can wait for the next record. */
export function runWatch({ book, watch: kept }: BookMemory, config: WatchConfig, now: number): number | null {
  const { slo } = config;
  // An alarm may be a little late. Because looks count by whole minutes, "for five minutes" is still five looks.
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const step = watch(kept.state, { book: book.current(), slo, limits: { ...config, set: kept.limits } }, minute);
  const maintenance = maintenanceOf({ watch: kept }, slo, now);
  kept.keepState(step.state);
  kept.documents.write('maintenance', maintenance.told);
  kept.tell([...step.notices, ...maintenance.notices], now);
  return earliest(step.nextLookAt, maintenance.nextAt, kept.silenceEndsAt(now));
}

/** Whether there is maintenance to announce. */
export const isMaintenanceDue = (memory: Pick<BookMemory, 'watch'>, slo: Slo, now: number): boolean =>
  maintenanceOf(memory, slo, now).notices.length > 0;

const maintenanceOf = ({ watch }: Pick<BookMemory, 'watch'>, slo: Slo, now: number) =>
  maintenanceNotices(slo.maintenance, watch.documents.read<readonly AnnouncedMaintenance[]>('maintenance', []), now);

/** The first of these times. Null if there is none. */
export function earliest(...times: readonly (number | null)[]): number | null {
  const all = times.filter((time) => time !== null);
  return all.length === 0 ? null : Math.min(...all);
}
