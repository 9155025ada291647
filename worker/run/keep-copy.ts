/** A cached copy that its reader may resume is kept for a while, which costs rows: so it counts against the rate, for no money. */
import { scopesOf } from '../core/admission/scopes.ts';
import type { CarryonField } from '../core/answers/carryon-field.ts';
import type { RunEvent } from '../core/answers/stream/events.ts';
import type { CachedAnswer } from '../core/answers/stream/job.ts';
import type { RunBatch, RunOutcome } from '../core/answers/stream/run.ts';
import type { Want } from '../core/ledger/messages.ts';
import { RequestLease } from '../lease/request-lease.ts';
import { clientRefusal } from '../pipeline/admit.ts';
import type { RoutedRequest } from '../pipeline/request.ts';
import type { Deps, LeaseHooks, RunHooks } from '../ports.ts';
import { refusalOf } from '../response/refusal-of.ts';

const ONE_REQUEST: Want = { mode: 'normal', microUsd: 0, tokens: 0, requests: 1, parallel: 0 };

/** Refused for the rate, or for a key that was revoked. Where anything else stands in the way, the copy is given and not kept. */
export async function keepCopy(
  { head, event }: CachedAnswer,
  request: RoutedRequest,
  { onAsk, background }: Pick<RunHooks, 'onAsk' | 'background'>,
  deps: Deps,
): Promise<RunOutcome> {
  const scoped = scopesOf(request, deps.config);
  if (!scoped.ok) return { kind: 'refused', refusal: refusalOf(scoped.error), isPersonal: true };
  let leaseId = '';
  const hooks: LeaseHooks = {
    onAsk(id) {
      leaseId = id;
    },
    onStart() {},
  };
  const lease = new RequestLease(request.identity.tenant, scoped.value, 0, deps, background, { hooks });
  const reply = await lease.ask([ONE_REQUEST]);
  lease.close();
  if (reply === undefined) return { kind: 'alone' };
  if (reply.refused !== undefined) {
    const isItsOwn =
      reply.refused === 'revoked' || (typeof reply.refused === 'object' && reply.refused.limit === 'rps');
    if (!isItsOwn) return { kind: 'alone' };
    const { error, limited } = clientRefusal(reply, request, deps);
    return { kind: 'refused', refusal: refusalOf(error, { left: limited.left }), isPersonal: true };
  }
  // Only now does the object's row begin to exist: a refusal costs none.
  onAsk(leaseId);
  return { kind: 'begun', head: { ...head, left: reply.left }, events: runOf([event]) };
}

/** A run that has all its events at once. */
export async function* runOf(events: readonly RunEvent[], carryon?: CarryonField): AsyncGenerator<RunBatch> {
  yield { kind: 'events', events };
  yield { kind: 'complete', ...(carryon !== undefined && { carryon }) };
}
