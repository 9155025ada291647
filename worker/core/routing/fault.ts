/** Faults that an operator sets on a deployment, to see what the router makes of them (docs/decisions/0037-faults-on-purpose.md). */
import { fingerprint } from '../config/fingerprint.ts';

export const FAULT_KINDS = ['revoked-key', 'blocked-egress', 'tight-ttft', 'slow', 'errors', 'cut-streams'] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Which requests meet a fault. */
export type Traffic =
  /** Those of a key that a drill was given. */
  | { kind: 'drill' }
  | { kind: 'tenant'; tenant: string }
  /** Always the same people. */
  | { kind: 'share'; share: number }
  | { kind: 'all' };

/** Who asks, as far as a fault's traffic goes by it. */
export interface FaultAsk {
  tenant: string;
  user: string | null;
  /** The drill that its key was made for. */
  drill: string | undefined;
}

const TENANT = 'tenant:';
const SHARE = /^share:(0?\.\d{1,20}|1(?:\.0{1,20})?)$/;

/** `drill`, `tenant:T`, `share:0.1` or `all`; undefined for anything else. */
export function parseTraffic(text: string): Traffic | undefined {
  if (text === 'drill' || text === 'all') return { kind: text };
  if (text.startsWith(TENANT)) {
    const tenant = text.slice(TENANT.length);
    return tenant === '' ? undefined : { kind: 'tenant', tenant };
  }
  const share = Number(SHARE.exec(text)?.[1] ?? 0);
  return share > 0 ? { kind: 'share', share } : undefined;
}

export function isChosen(traffic: Traffic, { tenant, user, drill }: FaultAsk): boolean {
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

/** Where a person stands in [0, 1): everywhere and always at the same place. A tenant's unnamed users share one. */
function pointOf(tenant: string, user: string | null): number {
  const hash = Number.parseInt(fingerprint(`${tenant}\n${user ?? ''}`), 16);
  // The last characters of a text hardly reach the upper bits of its FNV hash: murmur3's last step spreads them.
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return ((twice ^ (twice >>> 16)) >>> 0) / 2 ** 32;
}
