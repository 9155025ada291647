/** `POST /v1/sli`: how often a service outside the router, such as a vector store, kept its promise. */
import { readJson } from '../body/read-json.ts';
import { figuresProblem, readFigures } from '../core/slo/client-reports/figures.ts';
import { identify } from '../pipeline/identify.ts';
import type { RequestContext } from '../pipeline/request.ts';
import type { Deps } from '../ports.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { callRateRefusal, MOST_CALLS_OF_SERVERS } from './call-rate-refusal.ts';

const LONGEST_BODY_BYTES = 4_096;

/** Answers 202 once the figures are in the book. Figures with the same id count once. */
export async function takeFigures(request: Request, deps: Deps, context: RequestContext): Promise<Response> {
  const identified = await identify(request, deps, context.background);
  if (!identified.ok) return refusalResponse(identified.error, context);
  const { tenant } = identified.value;
  const problem = figuresProblem(identified.value);
  if (problem !== undefined) return refusalResponse(problem, context);
  const refused = callRateRefusal('sli', identified.value, null, deps, MOST_CALLS_OF_SERVERS);
  if (refused !== undefined) return refusalResponse(refused, context);
  const example = '{"name": "…", "good": 99, "total": 100, "id": "…"}';
  const body = await readJson(request, LONGEST_BODY_BYTES, example, deps);
  if (!body.ok) return refusalResponse(body.error, context);
  const figures = readFigures(body.value, tenant, deps.config.slo.objectives, deps.clock.now());
  if (!figures.ok) return refusalResponse(figures.error, context);
  const isTaken = await deps.clientReports.figures(figures.value, tenant);
  if (!isTaken) return refusalResponse({ code: 'book_unavailable', retryAfterMs: 2_000 }, context);
  return plainJson({ id: figures.value.id }, context, 202);
}
