/** `/admin/alerts` (docs/alerts.md): alerts that were sent, wait or were lost, and a test of the webhooks. */

import * as z from 'zod/mini';
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
});

/** `GET /admin/alerts`, newest first. */
export async function listAlerts({ c, query }: AdminCall<undefined, z.infer<typeof alertsQuery>>): Promise<Response> {
  const { before = Number.MAX_SAFE_INTEGER, most } = query;
  // One more than is shown tells whether there is another page.
  const { hooks, alerts: found } = await c.env.composition.alerts().list(before, most + 1);
  const alerts = found.slice(0, most);
  const next = found.length > most ? (alerts[most - 1]?.number ?? null) : null;
  return plainJson({ webhooks: hooks, alerts, next }, c.env.context);
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
