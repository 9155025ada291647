/** `PUT /admin/tenants/:tenant/limits` (docs/limits.md): limits that override config's, field by field. Null restores config's. */
import type { Context } from 'hono';
import * as z from 'zod/mini';
import { configuredOf } from '../core/admission/configured.ts';
import type { Config } from '../core/config/config.ts';
import { ledgerLimits } from '../core/config/ledger-limits.ts';
import { limitFields } from '../core/config/limits-schema.ts';
import { settings } from '../core/config/settings.ts';
import { burstNote, inForce } from '../core/ledger/book/limits.ts';
import { configuredFor } from '../core/ledger/book/view.ts';
import { forgetScope } from '../core/ledger/lease/pool.ts';
import type { Limits, Scope } from '../core/ledger/types.ts';
import { isWatchedScope, MOST_SET_LIMITS } from '../core/slo/set-limits.ts';
import type { App } from '../edge.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBook } from './ask-book.ts';
import { askLedger, LEDGER_SILENT } from './ask-ledger.ts';
import type { Change } from './change.ts';
import { tierLimits } from './configured.ts';
import { knownScope, notedName, type TenantParams, who } from './fields.ts';
import type { AdminCall } from './route.ts';

const { monthlyUsd, dailyUsd, rps, burst, tpm, parallel } = limitFields;

/** The body of `PUT /admin/tenants/:tenant/limits`. */
export const limitsBody = (config: Config) =>
  settings({
    scope: knownScope(config),
    monthlyUsd: z.optional(z.nullable(monthlyUsd)),
    dailyUsd: z.optional(z.nullable(dailyUsd)),
    rps: z.optional(z.nullable(rps)),
    burst: z.optional(z.nullable(burst)),
    tpm: z.optional(z.nullable(tpm)),
    parallel: z.optional(z.nullable(parallel)),
    who,
  }).check(
    z.refine(({ scope, who, ...limits }) => Object.values(limits).some((limit) => limit !== undefined), {
      error: `name at least one of ${Object.keys(limitFields).join(', ')}`,
    }),
  );

/** `PUT /admin/tenants/:tenant/limits`. */
export async function putLimits({
  c,
  operator,
  body: { scope, who, ...limits },
  params: { tenant },
}: AdminCall<z.infer<ReturnType<typeof limitsBody>>, undefined, TenantParams>): Promise<Change> {
  return settingLimits(c, { tenant, scope, limits, who: notedName(operator, who) }, ({ set, limits, unwatched }) => {
    const notes = [burstNote(limits), unwatched].filter((note) => note !== undefined);
    return { tenant, scope, set, limits, ...(notes.length > 0 && { note: notes.join('; ') }) };
  });
}

interface LimitsWish {
  tenant: string;
  scope: Scope;
  limits: Parameters<typeof ledgerLimits>[0];
  who: string;
}

/** `shown` makes the reply from the limits set by hand, the limits in force, and the reason why alerts do not watch them yet. */
export function settingLimits(
  c: Context<App>,
  { tenant, scope, limits, who }: LimitsWish,
  shown: (now: { set: Partial<Limits>; limits: Limits; unwatched: string | undefined }) => object,
): Change {
  const { config, keys, deps } = c.env.composition;
  return {
    what: `limits of ${tenant}, ${scope}`,
    async make() {
      const tier = (await tierLimits([scope], tenant, keys, config)).get(scope);
      const reply = await askLedger(c, tenant, (ledger) => ledger.setLimits(scope, ledgerLimits(limits), who));
      if (reply === undefined) return { outcome: 'unknown', reply: refusalResponse(LEDGER_SILENT, c.env.context) };
      if (!reply.ok) {
        const refused = refusalResponse({ code: 'invalid_body', param: '', detail: reply.detail }, c.env.context);
        return { outcome: 'nothing', reply: refused };
      }
      if (deps.slices !== undefined) forgetScope(deps.slices, tenant, scope);
      const { set, before } = reply;
      const limitsInForce = inForce(tier ?? configuredFor(scope, configuredOf(config, tenant)), set);
      const unwatched = await whyUnwatched(c, tenant, scope, set);
      const response = plainJson(shown({ set, limits: limitsInForce, unwatched }), c.env.context);
      return { outcome: 'changed', from: before.limits, to: set, reply: response };
    },
  };
}

/** Reports new limits to the book, whose alerts watch them. Returns why they are not watched, or undefined if they are or need not be. */
async function whyUnwatched(
  c: Context<App>,
  tenant: string,
  scope: Scope,
  set: Partial<Limits>,
): Promise<string | undefined> {
  if (!isWatchedScope(scope)) return undefined;
  const noted = await askBook(c, (book) => book.noteLimits(tenant, scope, set));
  if (noted === true) return undefined;
  const why =
    noted === undefined
      ? 'the book did not answer: set them again'
      : `at most ${MOST_SET_LIMITS} scopes with limits set by hand are watched`;
  return `the alerts spend and rate do not watch these limits yet, because ${why}`;
}
