/** `GET /admin/slo/history` and `/admin/slo/durations` (docs/slo.md): how promises developed over time. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { nearestOf } from '../core/config/nearest.ts';
import { namesOf, settings, slug } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { drillText } from '../core/operators/drill.ts';
import { DURATION_WINDOWS } from '../core/slo/duration-history.ts';
import type { HistoryMark } from '../core/slo/history.ts';
import { ASKED_WINDOWS } from '../core/slo/windows.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import { askOperators, OPERATORS_SILENT } from './ask-operators.ts';
import { tenantProblem } from './known-names.ts';
import type { AdminCall } from './route.ts';

/** The query of `GET /admin/slo/history`. */
export const historyOfQuery = ({ slo }: Config) => {
  const names = slo.objectives.map(({ name }) => name);
  const error = (issue: { input?: unknown }) => nearestOf(String(issue.input ?? ''), names);
  return settings({
    objective: z.string().check(z.refine((name) => names.includes(name), { error })),
    tenant: z.optional(tenantName),
    window: z.optional(namesOf(ASKED_WINDOWS)),
  });
};

/** `GET /admin/slo/history`. Without `window` it covers the objective's own window. */
export async function showHistory({
  c,
  query: { objective, tenant, window },
}: AdminCall<undefined, z.infer<ReturnType<typeof historyOfQuery>>>): Promise<Response> {
  const unknown = await tenantProblem(c, tenant);
  if (unknown !== undefined) return refusalResponse(unknown, c.env.context);
  const windowMs = window && ASKED_WINDOWS[window];
  const history = await askBook(c, (book) => book.history(objective, { tenant, windowMs }));
  if (history === undefined) return refusalResponse(BOOK_SILENT, c.env.context);
  const drills = await askOperators(c, (operators) => operators.drills(history.from, history.to));
  if (drills === undefined) return refusalResponse(OPERATORS_SILENT, c.env.context);
  const marks = drills.reply.map((drill): HistoryMark => {
    return { kind: 'drill', from: drill.startedAt, to: drill.until, text: drillText(drill) };
  });
  return plainJson({ ...history, marks: [...history.marks, ...marks] }, c.env.context);
}

/** The query of `GET /admin/slo/durations`. */
export const durationsQuery = ({ features }: Config) =>
  settings({
    feature: slug.check(
      z.refine((name) => features.has(name), { error: `write one of ${[...features.keys()].join(', ')}` }),
    ),
    window: z._default(namesOf(DURATION_WINDOWS), '24h'),
  });

/** `GET /admin/slo/durations`. */
export async function showDurations({
  c,
  query: { feature, window },
}: AdminCall<undefined, z.infer<ReturnType<typeof durationsQuery>>>): Promise<Response> {
  const durations = await askBook(c, (book) => book.durations(feature, DURATION_WINDOWS[window]));
  return durations === undefined ? refusalResponse(BOOK_SILENT, c.env.context) : plainJson(durations, c.env.context);
}
