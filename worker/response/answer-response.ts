import type { Deployment } from '../core/config/config.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Trail } from '../pipeline/trail.ts';
import { headerText } from './header-text.ts';

export interface AnswerFacts {
  contentType: 'application/json' | 'text/event-stream; charset=utf-8';
  deployment: Deployment;
  /** The model that answered, as its provider names it. */
  model: string;
  /** As `x-carryon-cost-usd`, where it is known already. */
  costUsd: string | undefined;
  trail: Trail;
  /** This caller may learn who served and what it cost. */
  seesProvider: boolean;
  /** How long a browser may keep it (cache-control.ts). */
  cacheControl: string;
  /** Asked for in the cache, and not there. */
  isMiss: boolean;
  /** `x-ratelimit-*` and what else the ledger's answer says. */
  limits: Record<string, string>;
}

/** A 200. Most of its headers are the same for every answer of a deployment: those are copied natively, the others set. */
export function answerResponse(body: BodyInit, facts: AnswerFacts, { requestId, timing }: RequestContext): Response {
  const { deployment, model, costUsd, trail, seesProvider, limits, isMiss } = facts;
  const response = new Response(body, { headers: template(facts) });
  const { headers } = response;
  headers.set('x-request-id', requestId);
  headers.set('x-carryon-request-id', requestId);
  headers.set('date', timing.date);
  headers.set('server-timing', timing.toString());
  if (trail.attempts.length !== 1) headers.set('x-carryon-attempts', String(trail.attempts.length));
  if (trail.hops !== 0) headers.set('x-carryon-hops', String(trail.hops));
  if (trail.dropped.length > 0) headers.set('x-carryon-dropped', headerText(trail.dropped.join(', ')));
  if (isMiss) headers.set('x-carryon-cache', 'miss');
  if (trail.mode !== 'normal') headers.set('x-carryon-mode', trail.mode);
  for (const name in limits) headers.set(name, limits[name] ?? '');
  if (seesProvider && model !== deployment.model) headers.set('x-carryon-model', headerText(model));
  if (seesProvider && costUsd !== undefined) headers.set('x-carryon-cost-usd', costUsd);
  return response;
}

/** nginx and its like would hold a stream's events back until a buffer is full. */
export const UNBUFFERED = { 'x-accel-buffering': 'no' };

const templates = new WeakMap<Deployment, Map<string, Headers>>();

function template({ contentType, deployment, seesProvider, cacheControl }: AnswerFacts): Headers {
  let ofDeployment = templates.get(deployment);
  if (ofDeployment === undefined) {
    ofDeployment = new Map();
    templates.set(deployment, ofDeployment);
  }
  const name = `${contentType} ${seesProvider} ${cacheControl}`;
  let headers = ofDeployment.get(name);
  if (headers === undefined) {
    headers = new Headers({
      'content-type': contentType,
      'cache-control': cacheControl,
      'x-carryon-attempts': '1',
      'x-carryon-hops': '0',
      'x-carryon-mode': 'normal',
      'x-carryon-cache': 'bypass',
    });
    if (contentType !== 'application/json') headers.set('x-accel-buffering', 'no');
    if (seesProvider) {
      headers.set('x-carryon-deployment', deployment.id);
      headers.set('x-carryon-provider', deployment.provider);
      headers.set('x-carryon-model', headerText(deployment.model));
    }
    ofDeployment.set(name, headers);
  }
  return headers;
}
