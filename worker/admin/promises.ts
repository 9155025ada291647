/** `GET /admin/slo` (docs/slo.md): the state of all promises, with counts. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { namesOf, settings, slug } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { ASKED_WINDOWS } from '../core/slo/windows.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import { tenantProblem } from './known-names.ts';
import type { AdminCall } from './route.ts';

/** The query of `GET /admin/slo`. */
export const promisesQuery = ({ features }: Config) =>
  settings({
    tenant: z.optional(tenantName),
    feature: z.optional(
      slug.check(z.refine((name) => features.has(name), { error: `write one of ${[...features.keys()].join(', ')}` })),
    ),
    window: z.optional(namesOf(ASKED_WINDOWS)),
  });

/** `GET /admin/slo`. The report includes the last batch of records. */
export async function showPromises({
  c,
  query: { tenant, feature, window },
}: AdminCall<undefined, z.infer<ReturnType<typeof promisesQuery>>>): Promise<Response> {
  const unknown = await tenantProblem(c, tenant);
  if (unknown !== undefined) return refusalResponse(unknown, c.env.context);
  const windowMs = window && ASKED_WINDOWS[window];
  const report = await askBook(c, (book) => book.report({ tenant, feature, windowMs }));
  return report === undefined ? refusalResponse(BOOK_SILENT, c.env.context) : plainJson(report, c.env.context);
}
