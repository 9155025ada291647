/** One look of the watch: what holds now, what there is to tell, and when to look again. */
import { maintenanceNotices, type ToldMaintenance } from '../../core/slo/maintenance-notices.ts';
import type { Slo } from '../../core/slo/slo.ts';
import type { Memory } from './turns.ts';

/** When the next look is due although nothing new may have come; null: with the next record. */
export function look({ watch }: Memory, slo: Slo, now: number): number | null {
  const maintenance = maintenanceOf({ watch }, slo, now);
  watch.documents.write('maintenance', maintenance.told);
  watch.tell(maintenance.notices, now);
  return earliest(maintenance.nextAt, watch.silenceEndsAt(now));
}

/** Whether there is maintenance to tell of. */
export const isMaintenanceDue = (memory: Pick<Memory, 'watch'>, slo: Slo, now: number): boolean =>
  maintenanceOf(memory, slo, now).notices.length > 0;

const maintenanceOf = ({ watch }: Pick<Memory, 'watch'>, slo: Slo, now: number) =>
  maintenanceNotices(slo.maintenance, watch.documents.read<readonly ToldMaintenance[]>('maintenance', []), now);

/** The first of these times; null: there is none. */
export function earliest(...times: readonly (number | null)[]): number | null {
  const all = times.filter((time) => time !== null);
  return all.length === 0 ? null : Math.min(...all);
}
