/** `GET /v1/usage`: what a caller has used of its own limits, and what remains (docs/limits.md). It only reads the ledger. */
import { ownScopes } from '../core/admission/own-scopes.ts';
import type { LimitInUse } from '../core/ledger/book/usage.ts';
import { within } from '../core/within.ts';
import type { RequestContext } from '../pipeline/request.ts';
import type { Deps } from '../ports.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { callRateRefusal } from './call-rate-refusal.ts';
import { callerOf } from './caller.ts';

const LONGEST_ASK_MS = 2_000;

/** Answers with each limit in force for the caller's own scopes. */
export async function usage(request: Request, deps: Deps, context: RequestContext): Promise<Response> {
  const caller = await callerOf(request, deps, context.background);
  if (!caller.ok) return refusalResponse(caller.error, context);
  const { identity, user } = caller.value;
  const refused = callRateRefusal('usage', identity, user, deps);
  if (refused !== undefined) return refusalResponse(refused, context);
  const scopes = ownScopes(identity, user, deps.config);
  if (!scopes.ok) return refusalResponse(scopes.error, context);
  const asking = deps.ledger.usage(identity.tenant, scopes.value).catch(() => undefined);
  const used = await within(asking, LONGEST_ASK_MS, deps.clock, undefined);
  if (used === undefined) return refusalResponse({ code: 'ledger_unavailable', retryAfterMs: 1_000 }, context);
  const seesCost = deps.showsProvider(identity);
  return plainJson({ limits: used.map((one) => shown(one, seesCost)) }, context);
}

/** One limit as the caller may see it. Callers that may not learn costs see money only as a ratio. */
function shown({ scope, limit, cap, used, remaining, resetMs }: LimitInUse, seesCost: boolean): object {
  const about = { scope, limit, remainingRatio: cap === 0 ? 0 : remaining / cap, resetMs };
  if (limit !== 'monthly' && limit !== 'daily') return { ...about, cap, used, remaining };
  if (!seesCost) return about;
  return { ...about, capUsd: cap / 1e6, usedUsd: used / 1e6, remainingUsd: remaining / 1e6 };
}
