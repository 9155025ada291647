/** What one isolate has found out, the others read from the routing board, within seconds here. */
import { afterAll, expect, test } from 'vitest';
import { admin, answered, cooldowns } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const bench = await startBench({ config: 'steady', isolates: ['one', 'two'] });
afterAll(bench.stop);

test('a cooldown, and its end by an operator', async () => {
  const [one = '', two = ''] = Object.values(bench.urls);
  const lane = bench.lane('calm');
  const servedBy = async (url: string) => (await answered(url, { model: lane.alias })).header('x-carryon-deployment');
  expect(await servedBy(two)).toBe(lane.a);

  await bench.sandbox.setFault(bench.a, '500');
  await until('A is in cooldown', async () => {
    await servedBy(one);
    return (await cooldowns(one, lane.a)).length > 0;
  });
  // The provider works again, so that the second isolate learns nothing by itself.
  await bench.sandbox.setFault(bench.a, null);
  expect(await servedBy(one)).toBe(lane.b);
  await until('the other has read it', async () => (await servedBy(two)) === lane.b);

  await admin(one, `cooldowns/${lane.a}`, { method: 'DELETE' });
  expect(await servedBy(one)).toBe(lane.a);
  await until('the other has read that, too', async () => (await servedBy(two)) === lane.a);
});
