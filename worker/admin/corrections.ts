/** `POST /admin/ledger/:tenant/adjustments` and `…/revocations`: what an operator changes in a ledger besides limits. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { settings } from '../core/config/settings.ts';
import { isPeriod } from '../core/ledger/time.ts';
import type { MoneyFigures } from '../core/ledger/types.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askLedger, LEDGER_SILENT } from './ask-ledger.ts';
import type { Change } from './change.ts';
import { knownScope, notedName, scope, type TenantParams, who } from './fields.ts';
import type { AdminCall } from './route.ts';

const MOST_USD = 1_000_000_000;

/** The body of `POST /admin/ledger/:tenant/adjustments`. */
export const adjustmentBody = (config: Config) =>
  settings({
    scope: knownScope(config),
    /** Added to the spent amount, which never falls below zero. */
    deltaUsd: z.optional(
      z.number().check(
        z.minimum(-MOST_USD, 'write USD down to minus a billion'),
        z.maximum(MOST_USD, 'write USD up to a billion'),
        z.refine((usd) => Math.round(usd * 1e6) !== 0, 'write at least a millionth of a USD, such as 0.25 or -0.25'),
      ),
    ),
    /** Sets the spent amount to zero. */
    reset: z.optional(z.literal(true, { error: 'write true, or leave it out' })),
    /** If left out, the current day and month are corrected. */
    period: z.optional(
      z.string().check(z.refine(isPeriod, 'write a month such as 2026-11 or a day such as 2026-11-21')),
    ),
    who,
  }).check(
    z.refine(({ deltaUsd, reset }) => (deltaUsd === undefined) !== (reset === undefined), {
      error: 'write either deltaUsd, or "reset": true',
    }),
  );

/** `POST /admin/ledger/:tenant/adjustments`. */
export async function adjustLedger({
  c,
  operator,
  body,
  params: { tenant },
}: AdminCall<z.infer<ReturnType<typeof adjustmentBody>>, undefined, TenantParams>): Promise<Change> {
  const { scope, deltaUsd, period, who } = body;
  const deltaMicroUsd = deltaUsd === undefined ? null : Math.round(deltaUsd * 1e6);
  const adjustment = { scope, deltaMicroUsd, who: notedName(operator, who), ...(period !== undefined && { period }) };
  return {
    what: `correct what ${tenant} has spent, ${scope}`,
    async make() {
      const reply = await askLedger(c, tenant, (ledger) => ledger.adjust(adjustment));
      if (reply === undefined) return { outcome: 'unknown', reply: refusalResponse(LEDGER_SILENT, c.env.context) };
      if (!reply.ok) {
        // Only the ledger's clock knows which periods it keeps.
        const { detail } = reply;
        const refused = refusalResponse({ code: 'invalid_body', param: 'period', detail }, c.env.context);
        return { outcome: 'nothing', reply: refused };
      }
      const periods = reply.periods.map(({ period, before, after }) => ({
        period,
        before: shown(before),
        after: shown(after),
      }));
      return {
        outcome: 'changed',
        from: periods.map(({ period, before }) => ({ period, ...before })),
        to: periods.map(({ period, after }) => ({ period, ...after })),
        reply: plainJson({ tenant, scope, periods }, c.env.context),
      };
    },
  };
}

/** The figures under the names that `GET /admin/ledger/:tenant` uses. */
const shown = ({ spentMicroUsd, heldMicroUsd, unsettledMicroUsd }: MoneyFigures) => ({
  spentMicroUsd,
  reservedMicroUsd: heldMicroUsd,
  unsettledMicroUsd,
});

/** The body of `POST /admin/ledger/:tenant/revocations`. */
export const revocationBody = settings({ scope, revoked: z.boolean(), who });

/** `POST /admin/ledger/:tenant/revocations`: a revoked scope is granted nothing until it is restored. */
export async function revokeScope({
  c,
  operator,
  body: { scope, revoked, who },
  params: { tenant },
}: AdminCall<z.infer<typeof revocationBody>, undefined, TenantParams>): Promise<Change> {
  return {
    what: `${revoked ? 'revoke' : 'restore'} ${scope} of ${tenant}`,
    async make() {
      const reply = await askLedger(c, tenant, (ledger) => ledger.revoke(scope, notedName(operator, who), revoked));
      if (reply === undefined) return { outcome: 'unknown', reply: refusalResponse(LEDGER_SILENT, c.env.context) };
      if (!reply.ok) {
        const refused = refusalResponse({ code: 'invalid_body', param: 'scope', detail: reply.detail }, c.env.context);
        return { outcome: 'nothing', reply: refused };
      }
      const shown = plainJson({ tenant, scope, revoked }, c.env.context);
      return { outcome: 'changed', from: { revoked: reply.before.revoked }, to: { revoked }, reply: shown };
    },
  };
}
