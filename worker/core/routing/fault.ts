/** Faults that an operator sets on a deployment, to see how the router copes (docs/decisions/0037-faults-on-purpose.md). */
import { fingerprint } from '../config/fingerprint.ts';

/** All kinds of faults. */
export const FAULT_KINDS = ['revoked-key', 'blocked-egress', 'tight-ttft', 'slow', 'errors', 'cut-streams'] as const;

/** One of `FAULT_KINDS`. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Which requests meet a fault. */
export type Traffic =
  /** Requests with a drill's key. */
  | { kind: 'drill' }
  | { kind: 'tenant'; tenant: string }
  /** This share of users, always the same ones. */
  | { kind: 'share'; share: number }
  | { kind: 'all' };

/** The caller, as far as a fault's traffic depends on it. */
export interface FaultCaller {
  tenant: string;
  user: string | null;
  /** The drill that the key belongs to. */
  drill: string | undefined;
}

const TENANT = 'tenant:';
const SHARE = /^share:(0?\.\d{1,20}|1(?:\.0{1,20})?)$/;

/** Reads `drill`, `tenant:T`, `share:0.1` or `all`. Returns undefined for anything else. */
export function parseTraffic(text: string): Traffic | undefined {
  if (text === 'drill' || text === 'all') return { kind: text };
  if (text.startsWith(TENANT)) {
    const tenant = text.slice(TENANT.length);
    return tenant === '' ? undefined : { kind: 'tenant', tenant };
  }
  const share = Number(SHARE.exec(text)?.[1] ?? 0);
  return share > 0 ? { kind: 'share', share } : undefined;
}

/** True if this caller's requests meet the fault. */
export function meetsFault(traffic: Traffic, { tenant, user, drill }: FaultCaller): boolean {
  switch (traffic.kind) {
    case 'drill':
      return drill !== undefined;
    case 'tenant':
      return tenant === traffic.tenant;
    case 'share':
      return pointOf(tenant, user) < traffic.share;
    case 'all':
      return true;
  }
}

/** A user's point in [0, 1), the same everywhere and at all times. All unnamed users of a tenant have the same point. */
function pointOf(tenant: string, user: string | null): number {
  const hash = Number.parseInt(fingerprint(`${tenant}\n${user ?? ''}`), 16);
  // The last characters of a string hardly reach the upper bits of its FNV hash. The final step of murmur3 spreads them.
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return ((twice ^ (twice >>> 16)) >>> 0) / 2 ** 32;
}
