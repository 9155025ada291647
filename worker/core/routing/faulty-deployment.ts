/** A deployment as a fault leaves it: another key, or tighter timers. The others are made of its replies (faulty-fetch.ts). */
import type { Deployment } from '../config/config.ts';
import type { FaultKind } from './fault.ts';

/** No provider has given it to anybody, and the sandbox refuses it as the real ones do. */
const REVOKED_KEY = 'bad-key';
const TIGHT_MS = 300;

/** One for each, for what is made once per deployment is found by it. */
const made = new WeakMap<Deployment, Map<FaultKind, Deployment>>();

export function faultyDeployment(deployment: Deployment, fault: FaultKind | undefined): Deployment {
  if (fault !== 'revoked-key' && fault !== 'tight-ttft') return deployment;
  const known = made.get(deployment) ?? new Map<FaultKind, Deployment>();
  made.set(deployment, known);
  const faulty = known.get(fault) ?? {
    ...deployment,
    ...(fault === 'revoked-key' ? { apiKey: REVOKED_KEY } : tight(deployment)),
  };
  known.set(fault, faulty);
  return faulty;
}

const tight = ({ timeoutMs, streamTimeoutMs, thinkingTimeoutMs }: Deployment): Partial<Deployment> => ({
  timeoutMs: Math.min(TIGHT_MS, timeoutMs ?? TIGHT_MS),
  streamTimeoutMs: Math.min(TIGHT_MS, streamTimeoutMs),
  thinkingTimeoutMs: Math.min(TIGHT_MS, thinkingTimeoutMs),
});
