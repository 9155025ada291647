/** `/admin/ledger/:tenant` (docs/admin.md): what is spent and held, and every change. */

import type { Context } from 'hono';
import { configuredOf } from '../core/admission/configured.ts';
import { check } from '../core/checked.ts';
import { settings } from '../core/config/settings.ts';
import type { App } from '../edge.ts';
import { plainJson, refusal } from '../pipeline/respond.ts';
import { askLedger, LEDGER_SILENT } from './ask-ledger.ts';
import { namesOf, withTierCaps } from './configured.ts';
import { scope, tenantParam, wholeNumber } from './fields.ts';

const MOST_SCOPES = 500;
const MOST_CHANGES = 1_000;

const viewQuery = settings({
  scope: scope.optional(),
  after: scope.optional(),
  most: wholeNumber(1, MOST_SCOPES).default(100),
});

export async function viewLedger(c: Context<App>): Promise<Response> {
  const { config, keys } = c.env.composition;
  const tenant = tenantParam(c);
  if (!tenant.ok) return refusal(tenant.error, c.env.scope);
  const query = check(c.req.query(), viewQuery);
  if (!query.ok) return refusal(query.error, c.env.scope);

  const { scope, after, most } = query.value;
  const page = { most, ...(scope !== undefined && { scope }), ...(after !== undefined && { after }) };
  const configured = configuredOf(config, tenant.value);
  const view = await askLedger(c, tenant.value, (ledger) => ledger.view({ configured, ...page }));
  if (view === undefined) return refusal(LEDGER_SILENT, c.env.scope);
  const limits = view.overrides.map(({ scope, limits, revoked }) => ({ scope, set: limits, revoked }));
  const scopes = await withTierCaps(view.scopes, tenant.value, keys, config);
  const { settlements, next } = view;
  const keyNames = await namesOf(
    scopes.map(({ scope }) => scope),
    tenant.value,
    keys,
  );
  const named = Object.keys(keyNames).length > 0 && { keyNames };
  return plainJson({ tenant: tenant.value, scopes, limits, settlements, next, ...named }, c.env.scope);
}

const historyQuery = settings({
  before: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  most: wholeNumber(1, MOST_CHANGES).default(100),
});

export async function ledgerHistory(c: Context<App>): Promise<Response> {
  const tenant = tenantParam(c);
  if (!tenant.ok) return refusal(tenant.error, c.env.scope);
  const query = check(c.req.query(), historyQuery);
  if (!query.ok) return refusal(query.error, c.env.scope);

  const { before, most } = query.value;
  // One more than is shown tells whether there is another.
  const found = await askLedger(c, tenant.value, (ledger) => ledger.history(before, most + 1));
  if (found === undefined) return refusal(LEDGER_SILENT, c.env.scope);
  const changes = found.slice(0, most);
  const next = found.length > most ? (changes[most - 1]?.number ?? null) : null;
  return plainJson({ tenant: tenant.value, changes, next }, c.env.scope);
}
