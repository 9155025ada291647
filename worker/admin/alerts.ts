/** `/admin/alerts` (docs/alerts.md): what was sent, what is on its way, what was lost; and proof that a webhook works. */

import type { Context } from 'hono';
import { check } from '../core/checked.ts';
import { settings } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenants-schema.ts';
import type { App } from '../edge.ts';
import { plainJson, refusal } from '../pipeline/respond.ts';
import { wholeNumber } from './fields.ts';

const MOST_ALERTS = 200;

const listQuery = settings({
  before: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  most: wholeNumber(1, MOST_ALERTS).default(50),
});

export async function listAlerts(c: Context<App>): Promise<Response> {
  const query = check(c.req.query(), listQuery);
  if (!query.ok) return refusal(query.error, c.env.scope);
  const { before = Number.MAX_SAFE_INTEGER, most } = query.value;
  // One more than is shown tells whether there is another.
  const { hooks, alerts: found } = await c.env.composition.alerts().list(before, most + 1);
  const alerts = found.slice(0, most);
  const next = found.length > most ? (alerts[most - 1]?.number ?? null) : null;
  return plainJson({ webhooks: hooks, alerts, next }, c.env.scope);
}

const testQuery = settings({ tenant: tenantName.optional() });

/** Waits for the webhooks' answers. */
export async function testAlerts(c: Context<App>): Promise<Response> {
  const query = check(c.req.query(), testQuery);
  if (!query.ok) return refusal(query.error, c.env.scope);
  return plainJson({ results: await c.env.composition.alerts().tryAll(query.value.tenant) }, c.env.scope);
}
