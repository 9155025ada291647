/** `POST /ai/reports`: takes the reports of travel mode and logs their counts, without ids, user names or text. */
import { readJson } from '../body/read-json.ts';
import { check } from '../core/checked.ts';
import { reportsBody } from '../core/reports/reports.ts';
import type { RequestContext } from '../pipeline/request.ts';
import type { Deps } from '../ports.ts';
import { noContent, refusalResponse } from '../response/plain.ts';
import { callerName, callRateRefusal } from './call-rate-refusal.ts';
import { callerOf } from './caller.ts';

const LONGEST_BODY_BYTES = 65_536;

/** Answers 204 once the reports are checked and counted. */
export async function takeReports(request: Request, deps: Deps, context: RequestContext): Promise<Response> {
  const caller = await callerOf(request, deps, context.background);
  if (!caller.ok) return refusalResponse(caller.error, context);
  const { identity, user } = caller.value;
  const refused = callRateRefusal('reports', identity, user, deps);
  if (refused !== undefined) return refusalResponse(refused, context);
  const body = await readJson(request, LONGEST_BODY_BYTES, '{"reports": [ … ]}', deps);
  if (!body.ok) return refusalResponse(body.error, context);
  const checked = check(body.value, reportsBody);
  if (!checked.ok) return refusalResponse(checked.error, context);
  const counts = deps.reportsSeen.count(callerName(identity, user), checked.value.reports);
  const { tenant } = identity;
  if (counts !== undefined) deps.events({ event: 'travel_reports', requestId: context.requestId, tenant, ...counts });
  return noContent(context);
}
