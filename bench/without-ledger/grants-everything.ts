import type { GrantReply, LeaseRequest } from '../../worker/core/ledger/messages.ts';
import type { Ledger } from '../../worker/ports.ts';

/** A ledger that grants everything from memory. The rest of a request's budget work stays: worst case, lease, report. */
export const GRANTS_EVERYTHING: Ledger = {
  send: async (_, { reports, ask }) => ({ reports: reports.map(() => 'applied'), grant: ask && granted(ask) }),
  usage: async () => [],
};

function granted({ wants: [want], admitForMs }: LeaseRequest): GrantReply {
  if (want === undefined) return { refused: 'invalid', detail: 'nothing is wanted' };
  const { mode, microUsd, tokens, requests, parallel } = want;
  return { granted: { microUsd, tokens, requests, parallel }, mode, admitForMs, left: [] };
}
