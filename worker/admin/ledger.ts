/** `/admin/ledger/:tenant` (docs/admin.md): what a tenant has spent and holds, and every change. */

import * as z from 'zod/mini';
import { configuredOf } from '../core/admission/configured.ts';
import { settings } from '../core/config/settings.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askLedger, LEDGER_SILENT } from './ask-ledger.ts';
import { namesOf, withTierCaps } from './configured.ts';
import { scope, type TenantParams, wholeNumber } from './fields.ts';
import type { AdminCall } from './route.ts';

const MOST_SCOPES = 500;
const MOST_CHANGES = 1_000;

/** The query of `GET /admin/ledger/:tenant`. */
export const ledgerQuery = settings({
  scope: z.optional(scope),
  after: z.optional(scope),
  most: z._default(wholeNumber(1, MOST_SCOPES), 100),
});

/** `GET /admin/ledger/:tenant`. */
export async function viewLedger({
  c,
  query: { scope, after, most },
  params: { tenant },
}: AdminCall<undefined, z.infer<typeof ledgerQuery>, TenantParams>): Promise<Response> {
  const { config, keys } = c.env.composition;
  const page = { most, ...(scope !== undefined && { scope }), ...(after !== undefined && { after }) };
  const configured = configuredOf(config, tenant);
  const view = await askLedger(c, tenant, (ledger) => ledger.view({ configured, ...page }));
  if (view === undefined) return refusalResponse(LEDGER_SILENT, c.env.context);
  const limits = view.overrides.map(({ scope, limits, revoked }) => ({ scope, set: limits, revoked }));
  const scopes = await withTierCaps(view.scopes, tenant, keys, config);
  const { settlements, next } = view;
  const keyNames = await namesOf(
    scopes.map(({ scope }) => scope),
    tenant,
    keys,
  );
  const named = Object.keys(keyNames).length > 0 && { keyNames };
  return plainJson({ tenant, scopes, limits, settlements, next, ...named }, c.env.context);
}

/** The query of `GET /admin/ledger/:tenant/history`. */
export const historyQuery = settings({
  before: z.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  most: z._default(wholeNumber(1, MOST_CHANGES), 100),
});

/** `GET /admin/ledger/:tenant/history`. */
export async function ledgerHistory({
  c,
  query: { before, most },
  params: { tenant },
}: AdminCall<undefined, z.infer<typeof historyQuery>, TenantParams>): Promise<Response> {
  // One more than the page holds is read, to find out whether there is another page.
  const found = await askLedger(c, tenant, (ledger) => ledger.history(before, most + 1));
  if (found === undefined) return refusalResponse(LEDGER_SILENT, c.env.context);
  const changes = found.slice(0, most);
  const next = found.length > most ? (changes[most - 1]?.number ?? null) : null;
  return plainJson({ tenant, changes, next }, c.env.context);
}
