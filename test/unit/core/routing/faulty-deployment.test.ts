import { expect, it } from 'vitest';
import { FAULT_KINDS } from '../../../../worker/core/routing/fault.ts';
import { faultyDeployment } from '../../../../worker/core/routing/faulty-deployment.ts';
import { deployment } from '../../pipeline/support/router.ts';

it('a revoked key is another key, and nothing else', () => {
  const given = deployment('a');
  const faulty = faultyDeployment(given, 'revoked-key');
  expect(faulty.apiKey).not.toContain(given.apiKey);
  expect({ ...faulty, apiKey: given.apiKey }).toEqual(given);
});

it('tight timers give up after 300 ms, or sooner where config says so', () => {
  const faulty = faultyDeployment(deployment('a', { timeoutMs: undefined, streamTimeoutMs: 100 }), 'tight-ttft');
  expect(faulty).toMatchObject({ timeoutMs: 300, streamTimeoutMs: 100, thinkingTimeoutMs: 300 });
});

it('other faults, and none, leave the deployment as it is; each is made once', () => {
  const given = deployment('a');
  for (const fault of [undefined, ...FAULT_KINDS]) {
    const faulty = faultyDeployment(given, fault);
    expect(faultyDeployment(given, fault)).toBe(faulty);
    expect(faulty === given).toBe(fault !== 'revoked-key' && fault !== 'tight-ttft');
  }
});
