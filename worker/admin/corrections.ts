/** `POST /admin/ledger/:tenant/adjustments` and `…/revocations`: what an operator changes in a ledger besides limits. */
import type { Context } from 'hono';
import * as z from 'zod';
import type { Config } from '../core/config/config.ts';
import { settings } from '../core/config/settings.ts';
import { isPeriod } from '../core/ledger/time.ts';
import type { Figures } from '../core/ledger/types.ts';
import type { App } from '../edge.ts';
import { plainJson, refusal } from '../pipeline/respond.ts';
import { askLedger, LEDGER_SILENT } from './ask-ledger.ts';
import { readBody } from './body.ts';
import { knownScope, scope, tenantParam, who } from './fields.ts';

const MOST_USD = 1_000_000_000;

const adjustmentBody = (config: Config) =>
  settings({
    scope: knownScope(config),
    /** Added to what is spent, at most down to nought. */
    deltaUsd: z
      .number()
      .min(-MOST_USD, 'write USD down to minus a billion')
      .max(MOST_USD, 'write USD up to a billion')
      .refine((usd) => Math.round(usd * 1e6) !== 0, 'write at least a millionth of a USD, such as 0.25 or -0.25')
      .optional(),
    /** Sets what is spent to nought. */
    reset: z.literal(true, { error: 'write true, or leave it out' }).optional(),
    /** The running day and month where it is left out. */
    period: z.string().refine(isPeriod, 'write a month such as 2026-11 or a day such as 2026-11-21').optional(),
    who,
  }).refine(({ deltaUsd, reset }) => (deltaUsd === undefined) !== (reset === undefined), {
    error: 'say either how much with deltaUsd, or "reset": true',
  });

export async function adjustLedger(c: Context<App>): Promise<Response> {
  const tenant = tenantParam(c);
  if (!tenant.ok) return refusal(tenant.error, c.env.scope);
  const body = await readBody(c, adjustmentBody(c.env.composition.config), '{"scope": "user:ana", "deltaUsd": -0.25}');
  if (!body.ok) return refusal(body.error, c.env.scope);

  const { scope, deltaUsd, period, who } = body.value;
  const deltaMicroUsd = deltaUsd === undefined ? null : Math.round(deltaUsd * 1e6);
  const adjustment = { scope, deltaMicroUsd, who, ...(period !== undefined && { period }) };
  const reply = await askLedger(c, tenant.value, (ledger) => ledger.adjust(adjustment));
  if (reply === undefined) return refusal(LEDGER_SILENT, c.env.scope);
  // Only the ledger's clock knows which periods are kept.
  if (!reply.ok) return refusal({ code: 'invalid_body', param: 'period', detail: reply.detail }, c.env.scope);
  const periods = reply.periods.map(({ period, before, after }) => ({
    period,
    before: shown(before),
    after: shown(after),
  }));
  return plainJson({ tenant: tenant.value, scope, periods }, c.env.scope);
}

/** In the words of the view. */
const shown = ({ spentMicroUsd, heldMicroUsd, unsettledMicroUsd }: Figures) => ({
  spentMicroUsd,
  reservedMicroUsd: heldMicroUsd,
  unsettledMicroUsd,
});

const revocationBody = settings({ scope, revoked: z.boolean(), who });

/** A revoked scope is granted nothing more, until it is restored. */
export async function revokeScope(c: Context<App>): Promise<Response> {
  const tenant = tenantParam(c);
  if (!tenant.ok) return refusal(tenant.error, c.env.scope);
  const body = await readBody(c, revocationBody, '{"scope": "user:ana", "revoked": true}');
  if (!body.ok) return refusal(body.error, c.env.scope);

  const { scope, revoked, who } = body.value;
  const reply = await askLedger(c, tenant.value, (ledger) => ledger.revoke(scope, who, revoked));
  if (reply === undefined) return refusal(LEDGER_SILENT, c.env.scope);
  if (!reply.ok) return refusal({ code: 'invalid_body', param: 'scope', detail: reply.detail }, c.env.scope);
  return plainJson({ tenant: tenant.value, scope, revoked }, c.env.scope);
}
