/** `PUT /admin/tenants/:tenant/limits` (docs/budgets.md): limits over config's, field by field; null brings config's back. */
import type { Context } from 'hono';
import { configuredOf } from '../core/admission/configured.ts';
import type { Config } from '../core/config/config.ts';
import { ledgerLimits, limitFields } from '../core/config/limits-schema.ts';
import { settings } from '../core/config/settings.ts';
import { burstNote, inForce } from '../core/ledger/limits.ts';
import { configuredFor } from '../core/ledger/view.ts';
import type { App } from '../edge.ts';
import { plainJson, refusal } from '../pipeline/respond.ts';
import { askLedger, LEDGER_SILENT } from './ask-ledger.ts';
import { readBody } from './body.ts';
import { tierLimits } from './configured.ts';
import { knownScope, tenantParam, who } from './fields.ts';

const { monthlyUsd, dailyUsd, rps, burst, tpm, parallel } = limitFields;

const limitsBody = (config: Config) =>
  settings({
    scope: knownScope(config),
    monthlyUsd: monthlyUsd.nullable().optional(),
    dailyUsd: dailyUsd.nullable().optional(),
    rps: rps.nullable().optional(),
    burst: burst.nullable().optional(),
    tpm: tpm.nullable().optional(),
    parallel: parallel.nullable().optional(),
    who,
  }).refine(({ scope, who, ...limits }) => Object.values(limits).some((limit) => limit !== undefined), {
    error: `name at least one of ${Object.keys(limitFields).join(', ')}`,
  });

export async function putLimits(c: Context<App>): Promise<Response> {
  const { config, keys } = c.env.composition;
  const tenant = tenantParam(c);
  if (!tenant.ok) return refusal(tenant.error, c.env.scope);
  const body = await readBody(c, limitsBody(config), '{"scope": "tenant", "monthlyUsd": 5}');
  if (!body.ok) return refusal(body.error, c.env.scope);

  const { scope, who, ...limits } = body.value;
  const tier = (await tierLimits([scope], tenant.value, keys, config)).get(scope);
  const reply = await askLedger(c, tenant.value, (ledger) => ledger.setLimits(scope, ledgerLimits(limits), who));
  if (reply === undefined) return refusal(LEDGER_SILENT, c.env.scope);
  if (!reply.ok) return refusal({ code: 'invalid_body', param: '', detail: reply.detail }, c.env.scope);
  const configured = tier ?? configuredFor(scope, configuredOf(config, tenant.value));
  const { set } = reply;
  const limitsInForce = inForce(configured, set);
  const note = burstNote(limitsInForce);
  const shown = { tenant: tenant.value, scope, set, limits: limitsInForce };
  return plainJson(note === undefined ? shown : { ...shown, note }, c.env.scope);
}
