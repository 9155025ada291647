/**
 * A deployment under a fault has another key or shorter timeouts. All other faults change its replies
 * (worker/upstream/faulty-fetch.ts).
 */
import type { Deployment } from '../config/config.ts';
import type { FaultKind } from './fault.ts';

/** No provider ever issued this key. The sandbox refuses it as real providers do. */
const REVOKED_KEY = 'bad-key';
const TIGHT_MS = 300;

/** One object for each deployment and fault, because other caches are keyed by the deployment object. */
const made = new WeakMap<Deployment, Map<FaultKind, Deployment>>();

/** The deployment to call under a fault. It is the given one if the fault does not concern the key or timeouts. */
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
