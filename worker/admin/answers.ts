/** `DELETE /admin/answers?tenant=&feature=` (docs/admin.md): discards cached answers everywhere by raising their generation. */

import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { settings } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { plainJson } from '../response/plain.ts';
import type { Change } from './change.ts';
import type { AdminCall } from './route.ts';

/** How long an isolate remembers a generation. KV's own delay is added to this. */
const KNOWN_EVERYWHERE_WITHIN_SECONDS = 60;

/** The query of `DELETE /admin/answers`. */
export const purgeQuery = ({ features }: Config) =>
  settings({
    tenant: tenantName,
    feature: z.optional(
      z.string().check(z.refine((name) => features.has(name), `write one of ${[...features.keys()].join(', ')}`)),
    ),
  });

/** `DELETE /admin/answers`. */
export async function purgeAnswers({
  c,
  query,
}: AdminCall<undefined, z.infer<ReturnType<typeof purgeQuery>>>): Promise<Change> {
  const { tenant, feature = null } = query;
  return {
    what: `forget cached answers of ${tenant}${feature === null ? '' : `, feature ${feature}`}`,
    async make() {
      const { before, after: generation } = await c.env.composition.tenantRecords.raise(tenant, feature);
      const purged = { tenant, feature, generation, knownEverywhereWithinSeconds: KNOWN_EVERYWHERE_WITHIN_SECONDS };
      return {
        outcome: 'changed',
        from: { generation: before },
        to: { generation },
        reply: plainJson(purged, c.env.context),
      };
    },
  };
}
