import { describe, expect, it } from 'vitest';
import { PROVIDER_NAMES } from '../../../sandbox/ask.ts';
import { DELIVERY_FAULTS } from '../../../sandbox/faults.ts';
import { type Check, DELIVERY_CASES } from './delivery-cases.ts';
import { bodyFor, eventsOf, never, postRaw, seen, useSandbox } from './support.ts';

const sandbox = useSandbox();

describe.each(PROVIDER_NAMES)('%s', (provider) => {
  describe.each(DELIVERY_FAULTS)('%s', (fault) => {
    const { options = {}, stream, whole } = DELIVERY_CASES[fault];

    it.each([
      { way: 'streamed', body: { stream: true }, check: stream },
      { way: 'whole', body: {}, check: whole },
    ])('$way', async ({ body, check }) => {
      await sandbox().setFault(provider, fault, options);
      check(await postRaw(sandbox(), provider, bodyFor(provider, body), check));
    });
  });

  it('strikes after as many tokens as it is told', async () => {
    await sandbox().setFault(provider, 'cut-mid-stream', { afterTokens: 3 });
    const answer = await postRaw(sandbox(), provider, bodyFor(provider, { stream: true }), never);
    expect(seen(answer.body).tokens).toBe(3);
  });

  it('can keep alive while it hangs', async () => {
    await sandbox().setFault(provider, 'hang-before-first-token', { keepAlives: true, delayMs: 500 });
    const check: Check = ({ body }) => expect(body).toMatch(/(: keep-alive|event: ping\ndata: {"type": "ping"})\n\n$/);
    check(await postRaw(sandbox(), provider, bodyFor(provider, { stream: true }), check));
  });

  it('breaks a stream of tool calls as well', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } } };
    const tool =
      provider === 'openai'
        ? { type: 'function', function: { name: 'f', parameters: schema } }
        : { name: 'f', input_schema: schema };
    await sandbox().setFault(provider, 'end-mid-stream');
    const asked = bodyFor(provider, { stream: true, tools: [tool] }, 'Call f for Rome');
    const { body } = await postRaw(sandbox(), provider, asked, never);
    expect(eventsOf(body).length).toBeGreaterThan(2);
    expect(seen(body)).toMatchObject({ finished: false, done: false });
  });
});
