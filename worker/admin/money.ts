/** `GET /admin/money` (docs/admin.md): what a tenant has spent in a month against its budget, and on what. */
import type { Context } from 'hono';
import * as z from 'zod/mini';
import { configuredOf } from '../core/admission/configured.ts';
import { alertsOf } from '../core/config/resolve-alerts.ts';
import { settings } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { LOCAL_IDENTITY } from '../core/identity/identity.ts';
import { monthOf } from '../core/ledger/time.ts';
import type { MoneyReport } from '../core/slo/history.ts';
import { ledgerMonthByFeature, moneyReport } from '../core/slo/money.ts';
import type { App } from '../edge.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import { askLedger, LEDGER_SILENT } from './ask-ledger.ts';
import { tenantProblem } from './known-names.ts';
import { monthText } from './months.ts';
import type { AdminCall } from './route.ts';

/** The query of `GET /admin/money`. The defaults are this month, and the tenant whose requests cost the most in that month. */
export const moneyQuery = (now: number) =>
  settings({ tenant: z.optional(tenantName), month: z.optional(monthText(now)) });

/** `GET /admin/money`. The book knows what the money was spent on. The ledger knows what counts against the budget. */
export async function showMoney({
  c,
  query: { tenant: asked, month },
}: AdminCall<undefined, z.infer<ReturnType<typeof moneyQuery>>>): Promise<Response> {
  const unknown = await tenantProblem(c, asked);
  if (unknown !== undefined) return refusalResponse(unknown, c.env.context);
  const { config } = c.env.composition;
  const found = await askBook(c, (book) => book.spent(asked, month));
  if (found === undefined) return refusalResponse(BOOK_SILENT, c.env.context);
  const tenants = [...new Set([...found.tenants, ...config.tenants.keys()])];
  const tenant = found.tenant || (tenants[0] ?? LOCAL_IDENTITY.tenant);
  const scope = 'tenant';
  const view = await askLedger(c, tenant, (ledger) =>
    ledger.view({ configured: configuredOf(config, tenant), scope, most: 1 }),
  );
  if (view === undefined) return refusalResponse(LEDGER_SILENT, c.env.context);
  const periods = view.scopes.filter((one) => one.scope === scope && one.period.length === found.month.length);
  const own = periods.find(({ period }) => period === found.month);
  const cap = own ?? periods.find(({ period }) => period === monthOf(found.at));
  const { thresholds, safeguardAt } = alertsOf(config, tenant).ladder;
  const budget = {
    spentMicroUsd: own?.spentMicroUsd ?? null,
    capMicroUsd: cap?.capMicroUsd ?? null,
    ...{ thresholds, safeguardAt },
  };
  const isUnknown = found.isAmongOthers && found.where.length === 0 && (own?.spentMicroUsd ?? 0) > 0;
  const where = isUnknown ? await whereByFeature(c, tenant, found.month) : found.where;
  if (where === undefined) return refusalResponse(LEDGER_SILENT, c.env.context);
  return plainJson(moneyReport({ ...found, tenant, tenants, where }, budget), c.env.context);
}

/** What the ledger has booked for each feature. Undefined if the ledger did not answer. */
async function whereByFeature(
  c: Context<App>,
  tenant: string,
  month: string,
): Promise<MoneyReport['where'] | undefined> {
  const request = { configured: configuredOf(c.env.composition.config, tenant), after: 'feature:' as const };
  const view = await askLedger(c, tenant, (ledger) => ledger.view({ ...request, most: MOST_FEATURES }));
  return view && ledgerMonthByFeature(view.scopes, month);
}

const MOST_FEATURES = 200;
