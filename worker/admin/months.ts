/** `GET /admin/slo/months/:month` (docs/slo.md): the report of a month. */
import * as z from 'zod/mini';
import { settings } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { isPeriod, monthOf } from '../core/ledger/time.ts';
import { drillText } from '../core/operators/drill.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import { askOperators, OPERATORS_SILENT } from './ask-operators.ts';
import { tenantProblem } from './known-names.ts';
import type { AdminCall } from './route.ts';

/** A month in UTC that has begun. */
export const monthText = (now: number) =>
  z.string().check(
    z.refine((text) => text.length === 'yyyy-mm'.length && isPeriod(text), {
      error: 'write a month such as 2026-11',
      abort: true,
    }),
    z.refine((text) => text <= monthOf(now), { error: `has not begun; write a month up to ${monthOf(now)}` }),
  );

/** The path of `GET /admin/slo/months/:month`. */
export const monthParams = (now: number) => z.object({ month: monthText(now) });

/** The query of `GET /admin/slo/months/:month`. Without a tenant the report covers all requests. */
export const monthQuery = settings({ tenant: z.optional(tenantName) });

/** `GET /admin/slo/months/:month`. The report includes the last batch of records. */
export async function showMonth({
  c,
  params: { month },
  query: { tenant },
}: AdminCall<undefined, z.infer<typeof monthQuery>, z.infer<ReturnType<typeof monthParams>>>): Promise<Response> {
  const unknown = await tenantProblem(c, tenant);
  if (unknown !== undefined) return refusalResponse(unknown, c.env.context);
  const report = await askBook(c, (book) => book.month(month, tenant));
  if (report === undefined) return refusalResponse(BOOK_SILENT, c.env.context);
  const asked = await askOperators(c, (operators) => operators.drills(report.from, report.to));
  if (asked === undefined) return refusalResponse(OPERATORS_SILENT, c.env.context);
  const drills = asked.reply.map((drill) => ({ at: drill.startedAt, text: drillText(drill) })).toReversed();
  return plainJson({ ...report, drills }, c.env.context);
}
