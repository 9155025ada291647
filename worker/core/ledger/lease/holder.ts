/**
 * The holder of a lease of one request, as plain data (ledger rules 15 to 21). Whoever drives it sends `message(holder)`
 * whenever there is one, feeds back what happens, and hands the whole of it to `waitUntil` before the first ask. It is over
 * when its state is `over`.
 */

import { timeOfUuidV7 } from '../../../../protocol/uuid-v7.ts';
import type { Granted, GrantReply, LeaseRequest, Report } from '../messages.ts';
import { type Freed, NOTHING_SPENT, type Scope, type Spent } from '../types.ts';

export type Holder =
  | { state: 'asking'; ask: LeaseRequest; asks: number; seenAt: number }
  /** It has what the reply says, not what it wanted (ledger rule 17). */
  | { state: 'granted'; leaseId: string; grant: Granted; startBefore: number; seenAt: number }
  /** `grant` is null, and `scopes` are told with the report, where the ledger could not be reached and policy was open. */
  | { state: 'running'; leaseId: string; grant: Granted | null; scopes: readonly Scope[] | null }
  /** Its last report, repeated until acknowledged. After its close a lease is dead (ledger rule 16). */
  | { state: 'closing'; report: Report }
  | { state: 'over' };

export type HolderEvent =
  | { event: 'asked_again' }
  | { event: 'replied'; reply: GrantReply; now: number }
  /** No answer in time and closed by policy, the client gone, config changed. */
  | { event: 'gave_up' }
  /** No answer in time and open by policy: it runs, and tells afterwards. */
  | { event: 'runs_ungranted' }
  /** Just before the provider is called. Look at the state then: it may be too late to start. */
  | { event: 'starts'; now: number }
  /** The request can cost no more: it ended, or was cancelled and estimated so that it covers what may be billed (ledger rule 18).
   *  `estimated`: some of `spent` is a bound, because no usage came. */
  | { event: 'ended'; spent: Spent; estimated?: boolean }
  | { event: 'acknowledged' };

export const NOTHING_FREED: Freed = { microUsd: 0, tokens: 0, parallel: 0 };

/** The first ask is under way. */
export const beginHolding = (ask: LeaseRequest, now: number): Holder => ({
  state: 'asking',
  ask,
  asks: 1,
  seenAt: now,
});

/** What is to be sent, and sent again while no answer comes. */
export function message(holder: Holder): { ask: LeaseRequest } | { report: Report } | undefined {
  if (holder.state === 'asking') return { ask: holder.ask };
  return holder.state === 'closing' ? { report: holder.report } : undefined;
}

/** What does not apply in a state changes nothing: a reply after the close, a client that leaves while its request runs. */
export function next(holder: Holder, event: HolderEvent): Holder {
  switch (holder.state) {
    case 'asking':
      return whileAsking(holder, event);
    case 'granted':
      return whileGranted(holder, event);
    case 'running':
      // Ledger rule 19: no `done` while anything runs. *Without:* the close says 0, the request then costs 1.
      if (event.event !== 'ended') return holder;
      return closing(holder.leaseId, event.spent, holder.scopes, event.estimated);
    case 'closing':
      return event.event === 'acknowledged' ? { state: 'over' } : holder;
    case 'over':
      return holder;
  }
}

/**
 * A new life of a holder that kept `{leaseId, started}` before it asked and before it called (ledger rule 20). It never asks with the
 * old id, which would be given the same grant to spend twice. Not started: it closes with nothing spent. Started: it reports
 * what is certain and leaves the rest to `settleBy`.
 */
export const revive = (leaseId: string, started: boolean, certain: Spent = NOTHING_SPENT): Holder =>
  started
    ? { state: 'closing', report: { leaseId, spent: certain, freed: NOTHING_FREED, done: false } }
    : closing(leaseId, NOTHING_SPENT, null);

/** How long to wait before the same message is sent again, the first time with `attempt` 1. */
export const repeatAfterMs = (attempt: number): number => Math.min(100 * 2 ** (attempt - 1), 5_000);

function whileAsking(holder: Holder & { state: 'asking' }, event: HolderEvent): Holder {
  const { ask, asks } = holder;
  const { leaseId } = ask;
  switch (event.event) {
    case 'asked_again':
      return { ...holder, asks: asks + 1 };
    case 'replied': {
      const { reply, now } = event;
      if ('granted' in reply) {
        // Counted from the time in the id, which was before the ledger's `now`, so that it ends before the ledger's does.
        const startBefore = (timeOfUuidV7(leaseId) ?? 0) + reply.admitForMs;
        return { state: 'granted', leaseId, grant: reply, startBefore, seenAt: Math.max(holder.seenAt, now) };
      }
      // Ledger rule 15: of several copies of an ask another may still be granted. One that asked once and was refused sends nothing.
      return asks > 1 ? closing(leaseId, NOTHING_SPENT, null) : { state: 'over' };
    }
    case 'gave_up':
      return closing(leaseId, NOTHING_SPENT, null);
    case 'runs_ungranted':
      return { state: 'running', leaseId, grant: null, scopes: ask.scopes.map(({ scope }) => scope) };
    default:
      return holder;
  }
}

function whileGranted(holder: Holder & { state: 'granted' }, event: HolderEvent): Holder {
  const { leaseId, grant, startBefore, seenAt } = holder;
  if (event.event === 'gave_up') return closing(leaseId, NOTHING_SPENT, null);
  if (event.event !== 'starts') return holder;
  // A holder's time never goes back either. Too late: it closes, and may ask anew with another id.
  if (Math.max(seenAt, event.now) >= startBefore) return closing(leaseId, NOTHING_SPENT, null);
  return { state: 'running', leaseId, grant, scopes: null };
}

/** All that was not spent is free; the ledger knows what was granted. */
const closing = (leaseId: string, spent: Spent, scopes: readonly Scope[] | null, estimated = false): Holder => ({
  state: 'closing',
  report: {
    ...{ leaseId, spent, freed: NOTHING_FREED, done: true },
    ...(estimated && { estimated }),
    ...(scopes !== null && { scopes }),
  },
});
