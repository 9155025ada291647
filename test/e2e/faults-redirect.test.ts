/** A provider's redirect is never followed, whatever its status: the key would travel along. */
import { afterAll, expect, test } from 'vitest';
import { answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { startScripted } from '../support/scripted-provider.ts';

let status = 307;
const canary = await startScripted((_request, response) => response.end('{}'));
const redirecting = await startScripted((_request, response) => {
  response.writeHead(status, { location: `${canary.origin}/v1/chat/completions` }).end();
});
const bench = await startBench({
  config: 'steady',
  variables: {
    PROVIDER_A_API_BASE: `${redirecting.origin}/v1`,
    PROVIDER_A_KEY: 'a-key-that-stays-here',
    PROVIDER_A_MODEL: 'any',
  },
});
afterAll(() => Promise.all([bench.stop(), redirecting.close(), canary.close()]));

test.each([301, 302, 303, 307, 308])('%i', async (next) => {
  status = next;
  const before = redirecting.requests;
  for (const stream of [false, true]) {
    const lane = bench.lane('calm');
    const got = await answered(bench.url, { model: lane.alias, stream });
    expect(got).toMatchObject({ status: 200, finishReason: 'stop' });
    expect(got.header('x-carryon-deployment')).toBe(lane.b);
    expect(got.header('location')).toBeNull();
  }
  expect(redirecting.requests).toBe(before + 2);
  expect(canary.requests).toBe(0);
});
