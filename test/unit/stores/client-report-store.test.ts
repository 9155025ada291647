import { expect, it } from 'vitest';
import { uuidV7 } from '../../../protocol/uuid-v7.ts';
import { ClientReportStore } from '../../../worker/stores/client-report-store.ts';
import { TestClock } from '../pipeline/support/clock.ts';

it('requests that the runtime ended while they waited for a record do not keep others from it for ever', async () => {
  const clock = new TestClock();
  let isDead = false;
  const told = new ClientReportStore({
    clock: { now: () => clock.now(), after: (ms, run) => (isDead ? () => {} : clock.after(ms, run)) },
    hashUser: () => 'a hash',
    opinion: async () => 'unknown',
    figures: async () => true,
  });
  const behind: Promise<unknown>[] = [];
  const tell = () =>
    told.feedback(
      {
        requestId: uuidV7(
          clock.now(),
          Array.from({ length: 10 }, () => 0),
        ),
        isGood: true,
        label: null,
        rater: null,
      },
      { tenant: 'acme', kind: 'secret' },
      (work) => void behind.push(work),
    );
  isDead = true;
  for (let number = 0; number <= 1_000; number++) await tell();
  expect(behind).toHaveLength(1_000);
  isDead = false;
  await clock.advance(30_000);
  await tell();
  expect(behind).toHaveLength(1_001);
  await clock.run(behind[1_000] as Promise<unknown>);
});
