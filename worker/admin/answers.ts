/** `DELETE /admin/answers?tenant=&feature=` (docs/admin.md): forgets what was kept, everywhere, by raising the generation. */

import type { Context } from 'hono';
import * as z from 'zod';
import { check } from '../core/checked.ts';
import { settings } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenants-schema.ts';
import type { App } from '../edge.ts';
import { plainJson, refusal } from '../pipeline/respond.ts';

/** An isolate's own memory; KV's own delay comes on top. */
const KNOWN_EVERYWHERE_WITHIN_SECONDS = 60;

export async function purgeAnswers(c: Context<App>): Promise<Response> {
  const { config, tenantRecords } = c.env.composition;
  const known = [...config.features.keys()];
  const feature = z.string().refine((name) => config.features.has(name), `write one of ${known.join(', ')}`);
  const query = check(c.req.query(), settings({ tenant: tenantName, feature: feature.optional() }));
  if (!query.ok) return refusal(query.error, c.env.scope);
  const { tenant, feature: named = null } = query.value;
  const generation = await tenantRecords.raise(tenant, named);
  const purged = { tenant, feature: named, generation, knownEverywhereWithinSeconds: KNOWN_EVERYWHERE_WITHIN_SECONDS };
  return plainJson(purged, c.env.scope);
}
