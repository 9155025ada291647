import { expect, it } from 'vitest';
import { type AnnouncedMaintenance, maintenanceNotices } from '../../../../worker/core/slo/maintenance-notices.ts';

const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 11, 6, 2);
const WINDOW = { from: FROM, to: FROM + HOUR, reason: 'Database move', announcedAt: FROM - 96 * HOUR };
const maintenance = { windows: [WINDOW], noticeHours: 48 };

/** Looks at these times, with what was told read again as JSON. */
function looks(times: readonly number[]): string[] {
  let told: readonly AnnouncedMaintenance[] = [];
  return times.flatMap((now) => {
    const step = maintenanceNotices(maintenance, told, now);
    told = JSON.parse(JSON.stringify(step.told)) as AnnouncedMaintenance[];
    return step.notices.map(({ name, at }) => `${name.split('/').at(-1)} ${(at - FROM) / HOUR} h`);
  });
}

it('maintenance is announced when it is first seen, and once more before it begins', () => {
  const hours = [-90, -80, -49, -48, -47, -1, 0, 0.5, 1, 2];
  expect(looks(hours.map((hour) => FROM + hour * HOUR))).toEqual(['announced -90 h', 'reminder -48 h']);
});

it('maintenance that is seen late is announced once, and maintenance that is over never', () => {
  expect(looks([FROM - 3 * HOUR, FROM])).toEqual(['announced -3 h']);
  expect(looks([FROM + HOUR, FROM + 2 * HOUR])).toEqual([]);
});

it('an announcement says when and why in one sentence, and when to look again', () => {
  const { notices, nextAt } = maintenanceNotices(maintenance, [], FROM - 90 * HOUR);
  expect(notices).toMatchObject([
    {
      ...{ type: 'maintenance.announced', kind: 'incident', severity: 'note', tenant: null },
      text: 'Maintenance from 2026-12-06 02:00 to 2026-12-06 03:00 (UTC): Database move',
    },
  ]);
  expect(nextAt).toBe(FROM - 48 * HOUR);
  expect(maintenanceNotices(maintenance, [], FROM).nextAt).toBeNull();
});

it('announcements are forgotten when the window is over', () => {
  const { told } = maintenanceNotices(maintenance, [], FROM);
  expect(told).toHaveLength(2);
  expect(maintenanceNotices({ ...maintenance, windows: [] }, told, FROM).told).toEqual(told);
  expect(maintenanceNotices(maintenance, told, FROM + HOUR).told).toEqual([]);
});
