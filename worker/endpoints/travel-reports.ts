/** `POST /ai/reports`: takes what travel mode saw, and logs it as counts, without ids, user names or text. */
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { readJson } from '../body/read-json.ts';
import { check } from '../core/checked.ts';
import type { Identity } from '../core/identity/identity.ts';
import { reportsBody } from '../core/reports/reports.ts';
import { resolveUser } from '../identity/user.ts';
import { identifyCaller } from '../pipeline/identify.ts';
import type { RequestContext } from '../pipeline/request.ts';
import type { Deps } from '../ports.ts';
import { noContent, refusal } from '../response/plain.ts';

const LONGEST_BODY_BYTES = 65_536;
/** Calls a minute, in this isolate, by one user, or by a key that names no user. */
const MOST_CALLS = 60;

/** Answers 204 once the reports are checked and counted. */
export async function takeReports(request: Request, deps: Deps, context: RequestContext): Promise<Response> {
  const identified = await identifyCaller(request, 'read', deps, context.background);
  if (!identified.ok) return refusal(identified.error, context);
  const identity = identified.value;
  const user = resolveUser(request.headers.get(REQUEST_HEADERS.user), undefined, identity);
  if (typeof user === 'object' && user !== null) return refusal(user, context);
  const tooOften = rateRefusal(identity, user, deps);
  if (tooOften !== undefined) return refusal(tooOften, context);
  const body = await readJson(request, LONGEST_BODY_BYTES, '{"reports": [ … ]}', deps);
  if (!body.ok) return refusal(body.error, context);
  const checked = check(body.value, reportsBody);
  if (!checked.ok) return refusal(checked.error, context);
  const counts = deps.reportsSeen.count(ownerName(identity, user), checked.value.reports);
  const { tenant } = identity;
  if (counts !== undefined) deps.events({ event: 'travel_reports', requestId: context.requestId, tenant, ...counts });
  return noContent(context);
}

/** All visitors of a page share its key, so publishable keys are limited by address alone. */
function rateRefusal(identity: Identity, user: string | null, { callRate, clock }: Deps): RouterError | undefined {
  if (identity.kind === 'publishable') return undefined;
  const retryAfterMs = callRate.take(`reports ${ownerName(identity, user)}`, MOST_CALLS, clock.now());
  if (retryAfterMs === 0) return undefined;
  const scope = user === null ? `key:${identity.keyId}` : `user:${user}`;
  return { code: 'rate_limit_exceeded', scope, limit: 'rpm', cap: MOST_CALLS, retryAfterMs, neverFits: false };
}

const ownerName = ({ tenant, keyId }: Identity, user: string | null): string => JSON.stringify([tenant, keyId, user]);
