/** `GET /admin/slo/months/:month` (docs/slo.md): what a month's report says. */
import * as z from 'zod/mini';
import { settings } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { isPeriod } from '../core/ledger/time.ts';
import { drillText } from '../core/operators/drill.ts';
import { plainJson, refusal } from '../response/plain.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import { askOperators, OPERATORS_SILENT } from './ask-operators.ts';
import type { AdminCall } from './route.ts';

/** A month by UTC. */
export const monthText = z
  .string()
  .check(
    z.refine((text) => text.length === 'yyyy-mm'.length && isPeriod(text), { error: 'write a month such as 2026-11' }),
  );

/** Its path. */
export const monthParams = z.object({ month: monthText });

/** Its query: without a tenant, all requests. */
export const monthQuery = settings({ tenant: z.optional(tenantName) });

/** Never older than the last batch of records. */
export async function showMonth({
  c,
  params: { month },
  query: { tenant },
}: AdminCall<undefined, z.infer<typeof monthQuery>, z.infer<typeof monthParams>>): Promise<Response> {
  const report = await askBook(c, (book) => book.month(month, tenant));
  if (report === undefined) return refusal(BOOK_SILENT, c.env.context);
  const asked = await askOperators(c, (operators) => operators.drills(report.from, report.to));
  if (asked === undefined) return refusal(OPERATORS_SILENT, c.env.context);
  const drills = asked.reply.map((drill) => ({ at: drill.startedAt, text: drillText(drill) })).toReversed();
  return plainJson({ ...report, drills }, c.env.context);
}
