import type { Ledger } from '../../worker/ports.ts';

/** A ledger that says yes from memory. Everything else that a request does for its budget stays: worst case, lease, report. */
export const GRANTS_EVERYTHING: Ledger = {
  async grant(_, { wants: [want], admitForMs }) {
    if (want === undefined) return { refused: 'invalid', detail: 'nothing is wanted' };
    const { mode, microUsd, tokens, requests, parallel } = want;
    return { granted: { microUsd, tokens, requests, parallel }, mode, admitForMs, left: [] };
  },
  report: async (_, reports) => reports.map(() => 'applied'),
  reportAndGrant: async (tenant, reports, ask) => ({
    reports: reports.map(() => 'applied'),
    grant: await GRANTS_EVERYTHING.grant(tenant, ask),
  }),
  hasBudget: () => false,
};
