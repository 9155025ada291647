/** Notices as operators list them. */
import type { AlertView, DeliveryState } from '../../core/alerts/alert.ts';
import { readNotice } from '../../core/alerts/budget-notice.ts';
import type { NoticeKind, Severity } from '../../core/alerts/notice.ts';
import { severityRank } from './tables.ts';

/** Which notices are listed. A field that is left out allows all. */
export interface NoticeFilter {
  severity?: Severity | undefined;
  kind?: NoticeKind | undefined;
}

/** Notices with their deliveries, newest first, with numbers below `before`. */
export function listNotices(
  sql: SqlStorage,
  before: number,
  most: number,
  { severity, kind }: NoticeFilter,
): (AlertView & { number: number })[] {
  const rows = sql
    .exec<{ number: number; id: string; alert: string }>(
      `SELECT number, id, alert FROM alert
       WHERE number < ?1 AND (?3 IS NULL OR rank = ?3) AND (?4 IS NULL OR COALESCE(alert ->> 'kind', 'budget') = ?4)
       ORDER BY number DESC LIMIT ?2`,
      ...[before, most, severity === undefined ? null : severityRank(severity), kind ?? null],
    )
    .toArray();
  return rows.map(({ number, id, alert }) => {
    const deliveries = sql
      .exec<{ hook: string; state: DeliveryState; at: number | null; detail: string | null }>(
        'SELECT hook, state, at, detail FROM delivery WHERE number = ? ORDER BY hook',
        number,
      )
      .toArray();
    return { number, id, ...readNotice(alert), deliveries };
  });
}
