/** `/admin/alerts` (docs/alerts.md): notices that were sent, are waiting or were lost, and a test of the webhooks. */

import * as z from 'zod/mini';
import type { AlertView } from '../core/alerts/alert.ts';
import { NOTICE_KINDS, SEVERITIES } from '../core/alerts/notice.ts';
import { settings } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { plainJson } from '../response/plain.ts';
import { wholeNumber } from './fields.ts';
import type { AdminCall } from './route.ts';

const MOST_ALERTS = 200;

/** The query of `GET /admin/alerts`. */
export const alertsQuery = settings({
  before: z.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  most: z._default(wholeNumber(1, MOST_ALERTS), 50),
  severity: z.optional(z.enum(SEVERITIES, { error: `write one of ${SEVERITIES.join(', ')}` })),
  kind: z.optional(z.enum(NOTICE_KINDS, { error: `write one of ${NOTICE_KINDS.join(', ')}` })),
});

/** `GET /admin/alerts`, newest first. */
export async function listAlerts({ c, query }: AdminCall<undefined, z.infer<typeof alertsQuery>>): Promise<Response> {
  const { before = Number.MAX_SAFE_INTEGER, most, ...narrowing } = query;
  // One more than the page holds is read, to find out whether there is another page.
  const { hooks, alerts: found } = await c.env.composition.alerts().list(before, most + 1, narrowing);
  const alerts = found.slice(0, most).map(withBudgetFields);
  const next = found.length > most ? (alerts[most - 1]?.number ?? null) : null;
  return plainJson({ webhooks: hooks, alerts, next }, c.env.context);
}

/** Adds the fields that alerts had when all of them were about budgets. */
function withBudgetFields<View extends AlertView>(alert: View) {
  if (alert.kind !== 'budget') return alert;
  const { scope, period, thresholdPercent: percent, spentMicroUsd, capMicroUsd } = alert.data;
  return { ...alert, scope, period, percent, spentMicroUsd, capMicroUsd };
}

/** The query of `POST /admin/alerts/test`. */
export const alertsTestQuery = settings({ tenant: z.optional(tenantName) });

/** `POST /admin/alerts/test`: calls every webhook and waits for the replies. */
export async function testAlerts({
  c,
  query,
}: AdminCall<undefined, z.infer<typeof alertsTestQuery>>): Promise<Response> {
  return plainJson({ results: await c.env.composition.alerts().tryAll(query.tenant) }, c.env.context);
}
