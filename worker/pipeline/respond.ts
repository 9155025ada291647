/** Step 5: the answer as a response, at once; what is learnt later is handed on behind it. */
import { errorToWire, type RouterError } from '../../protocol/errors.ts';
import { usdText } from '../core/pricing/cost.ts';
import type { Deps } from '../ports.ts';
import { answerResponse } from './answer-response.ts';
import type { Ask } from './ask.ts';
import { headerText } from './header-text.ts';
import { answerCostMicroUsd, settleOnce } from './meter.ts';
import type { Produced, Trail } from './produce.ts';
import type { Scope } from './scope.ts';
import { streamBody } from './stream-body.ts';

export function respond(ask: Ask, produced: Produced, deps: Deps, scope: Scope): Response {
  const open = deps.showsProvider(ask.identity);
  const { trail } = produced;
  if (!produced.ok) return refusal(produced.error, scope, { ...commonHeaders(scope), ...trailHeaders(trail, open) });

  const { answer, deployment, startedAt } = produced;
  const settle = settleOnce(ask, deployment, startedAt, deps, scope);
  if (answer.kind === 'reply') {
    settle('complete');
    const { body, usage } = answer.reply;
    const model = answer.reply.model ?? deployment.model;
    const costMicroUsd = answerCostMicroUsd(ask.chat, usage, deployment);
    const costUsd = costMicroUsd === undefined ? undefined : usdText(costMicroUsd);
    return answerResponse(body, { contentType: 'application/json', deployment, model, costUsd, trail, open }, scope);
  }

  const { opening, ended, stream } = answer;
  const { translator } = stream;
  const usageChunk = () => {
    const chunk = ask.chat.includeUsage ? translator.usageChunk() : undefined;
    const costMicroUsd = open ? answerCostMicroUsd(ask.chat, translator.usage, deployment) : undefined;
    return chunk && costMicroUsd !== undefined ? { ...chunk, carryon_cost_usd: costMicroUsd / 1e6 } : chunk;
  };
  const body = streamBody({ opening, ended, stream, usageChunk, onEnd: settle, gone: scope.gone });
  const model = translator.model ?? deployment.model;
  const contentType = 'text/event-stream; charset=utf-8';
  return answerResponse(body, { contentType, deployment, model, costUsd: undefined, trail, open }, scope);
}

/** Any other JSON answer, such as a list of aliases or what an operator asked for. */
export const plainJson = (body: unknown, scope: Scope, status = 200): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { ...commonHeaders(scope), 'content-type': 'application/json' },
  });

/** A refusal or failure with its real status, before anything was sent. */
export function refusal(error: RouterError, scope: Scope, headers = commonHeaders(scope)): Response {
  const wire = errorToWire(error);
  return new Response(JSON.stringify(wire.body), {
    status: wire.status,
    headers: { ...headers, ...wire.headers, 'content-type': 'application/json' },
  });
}

const commonHeaders = ({ requestId, timing }: Scope): Record<string, string> => ({
  'x-request-id': requestId,
  'x-carryon-request-id': requestId,
  'cache-control': 'no-store',
  'server-timing': timing.toString(),
});

/** Who served stays hidden from pages (DESIGN §6), how often we tried does not. */
const trailHeaders = ({ attempts, hops, deployment, dropped }: Trail, open: boolean): Record<string, string> => ({
  'x-carryon-attempts': String(attempts),
  'x-carryon-hops': String(hops),
  ...(dropped.length > 0 && { 'x-carryon-dropped': headerText(dropped.join(', ')) }),
  ...(deployment !== undefined &&
    open && { 'x-carryon-deployment': deployment.id, 'x-carryon-provider': deployment.provider }),
});
