/**
 * What covers one attempt of a request, from the ask for its lease to the ledger's acknowledgement (ledger rules 15 to 21), as
 * plain data. Its driver sends `nextMessage(holder)` whenever there is one, feeds back what happens, and is in `waitUntil` before the
 * first ask. A share of a pool's slice is held the same way, but without an ask. Its pool reports it.
 */
import type { GrantReply, LeaseRequest, Report } from '../messages.ts';
import { NOTHING_SPENT, type Scope, type Spent } from '../types.ts';
import {
  beginSlice,
  beginUngranted,
  endShare,
  loseShare,
  reportOf,
  type Share,
  type Slice,
  startShare,
  takeFirstShare,
} from './slice.ts';

/** How far the cover of one attempt has come. */
export type Holder =
  | { state: 'asking'; ask: LeaseRequest; asks: number; seenAt: number }
  | { state: 'granted'; share: Share }
  /** The provider was called, or may be called. */
  | { state: 'running'; share: Share }
  /** The last report is repeated until it is acknowledged. After its close a lease is dead (ledger rule 16). */
  | { state: 'closing'; report: Report; slice: Slice }
  | { state: 'over' };

/** What may happen to a holder. */
export type HolderEvent =
  | { event: 'asked_again' }
  | { event: 'replied'; reply: GrantReply; now: number }
  /** The request will not run: no reply came in time and the policy refuses, the client left, or the config changed. */
  | { event: 'gave_up' }
  /** No reply came in time, and the policy lets the request run. It reports afterwards. */
  | { event: 'runs_ungranted' }
  /** A provider is about to be called. Look at the state afterwards, because it may be too late to start. */
  | { event: 'starts'; now: number }
  /** The request can cost no more: it ended, or was cancelled and booked by bounds that cover what may be billed (ledger rule 18).
   *  `estimated`: some of `spent` is a bound, because no usage came. */
  | { event: 'ended'; spent: Spent; estimated?: boolean }
  /** The cost of the attempt will never be reported. */
  | { event: 'lost' }
  | { event: 'acknowledged' };

/** A holder whose first ask is under way. */
export const beginHolding = (ask: LeaseRequest, now: number): Holder => ({
  state: 'asking',
  ask,
  asks: 1,
  seenAt: now,
});

/** A holder that has taken a share of a slice. */
export const holdShare = (share: Share): Holder => ({ state: 'granted', share });

/** The message to send, and to repeat while no answer comes. Undefined if there is nothing to send. */
export function nextMessage(holder: Holder): { ask: LeaseRequest } | { report: Report } | undefined {
  if (holder.state === 'asking') return { ask: holder.ask };
  return holder.state === 'closing' ? { report: holder.report } : undefined;
}

/** The next state. Events that do not apply change nothing: a reply after the close, a client that leaves while its request runs. */
export function nextHolder(holder: Holder, event: HolderEvent): Holder {
  switch (holder.state) {
    case 'asking':
      return whileAsking(holder, event);
    case 'granted':
      return whileGranted(holder, event);
    case 'running':
      return whileRunning(holder, event);
    case 'closing':
      return event.event === 'acknowledged' ? OVER : holder;
    case 'over':
      return holder;
  }
}

/**
 * Revives a holder that stored `{leaseId, started}` before it asked, and again before it called a provider (ledger rule 20). It
 * never asks with the old id, which would be given the same grant to spend twice. If no call was started, it closes with nothing
 * spent. Otherwise it reports what is certain and leaves the rest to `settleBy`.
 */
export function revive(
  leaseId: string,
  started: boolean,
  certain: Spent = NOTHING_SPENT,
): Holder & { state: 'closing' } {
  const slice = beginUngranted(leaseId, null);
  if (!started) return closing(slice);
  const share = takeFirstShare(slice, NOTHING_WANTED);
  share.state = 'running';
  loseShare(share);
  Object.assign(slice.spent, certain);
  return closing(slice);
}

/** How long to wait before sending the same message again. `attempt` is 1 the first time. */
export const repeatAfterMs = (attempt: number): number => Math.min(100 * 2 ** (attempt - 1), 5_000);

const OVER: Holder = { state: 'over' };
const NOTHING_WANTED = { microUsd: 0, tokens: 0, requests: 0, parallel: 0 };

function whileAsking(holder: Holder & { state: 'asking' }, event: HolderEvent): Holder {
  const { ask, asks, seenAt } = holder;
  const { leaseId, scopes } = ask;
  switch (event.event) {
    case 'asked_again':
      return { ...holder, asks: asks + 1 };
    case 'replied': {
      const { reply, now } = event;
      if (reply.refused === undefined) {
        const slice = beginSlice(leaseId, reply, Math.max(seenAt, now));
        return holdShare(takeFirstShare(slice, reply.granted));
      }
      // Ledger rule 15: another copy of the ask may still be granted. A holder that asked once and was refused sends nothing.
      return asks > 1 ? closing(beginUngranted(leaseId, null)) : OVER;
    }
    case 'gave_up':
      return closing(beginUngranted(leaseId, null));
    case 'runs_ungranted': {
      const share = takeFirstShare(beginUngranted(leaseId, namesOf(scopes)), NOTHING_WANTED);
      share.state = 'running';
      return { state: 'running', share };
    }
    default:
      return holder;
  }
}

function whileGranted(holder: Holder & { state: 'granted' }, event: HolderEvent): Holder {
  const { share } = holder;
  switch (event.event) {
    case 'gave_up':
    case 'lost':
      endShare(share, NOTHING_SPENT);
      return ended(share);
    case 'starts':
      // If it is too late, the lease is closed, and the request may ask anew with another id.
      return startShare(share, event.now) ? { state: 'running', share } : ended(share);
    default:
      return holder;
  }
}

function whileRunning(holder: Holder & { state: 'running' }, event: HolderEvent): Holder {
  const { share } = holder;
  switch (event.event) {
    // Ledger rule 19: no `done` while anything runs. *Without:* the close says 0, then the request costs 1.
    case 'ended':
      endShare(share, event.spent, event.estimated);
      return ended(share);
    case 'lost':
      loseShare(share);
      return OVER;
    default:
      return holder;
  }
}

const ended = ({ slice }: Share): Holder => (slice.isPooled ? OVER : closing(slice));

const closing = (slice: Slice): Holder & { state: 'closing' } => ({ state: 'closing', report: reportOf(slice), slice });

const namesOf = (scopes: LeaseRequest['scopes']): Scope[] => scopes.map(({ scope }) => scope);
