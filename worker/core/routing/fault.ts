/** Faults that an operator sets on a deployment, to see what the router makes of them. */

export const FAULT_KINDS = ['revoked-key', 'blocked-egress', 'tight-ttft', 'slow', 'errors', 'cut-streams'] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];
