/** A tenant's generations in real KV: two writers at once, and KV that does not answer. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { TenantRecords } from '../../worker/stores/tenant-records.ts';
import { TestClock } from '../unit/pipeline/support/clock.ts';

it('two purges that read the same old record give two generations', async () => {
  const clock = new TestClock();
  const here = new TenantRecords(env.STATE, clock);
  const { before, after: first } = await here.raise('acme', 'summarize');
  expect(before).toBe(0);
  // Another colo's KV still has the old value.
  await env.STATE.delete('tenant:v1:acme');
  await clock.advance(1);
  expect(await new TenantRecords(env.STATE, clock).raise('acme', 'summarize')).toMatchObject({
    before: 0,
    after: expect.toSatisfy((generation: number) => generation > first),
  });
});

it('KV that does not answer is waited for once, not by each request', async () => {
  const clock = new TestClock();
  let reads = 0;
  const hanging = { get: () => new Promise(() => void reads++) } as unknown as KVNamespace;
  const records = new TenantRecords(hanging, clock);
  expect(await clock.run(records.generation('acme', 'summarize'))).toBeUndefined();
  expect(await records.generation('acme', 'summarize')).toBeUndefined();
  expect(reads).toBe(1);
  await clock.advance(5_000);
  expect(await clock.run(records.generation('acme', 'summarize'))).toBeUndefined();
  expect(reads).toBe(2);
});
