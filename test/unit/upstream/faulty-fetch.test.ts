/** What a fault makes of the calls of one deployment. */
import { describe, expect, it } from 'vitest';
import type { WireFormat } from '../../../worker/core/config/wire-format.ts';
import type { FaultKind } from '../../../worker/core/routing/fault.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { faultyFetch } from '../../../worker/upstream/faulty-fetch.ts';
import { TestClock } from '../pipeline/support/clock.ts';
import { failing, goodReply, goodStream } from '../pipeline/support/openai.ts';
import { type Script, Upstream } from '../pipeline/support/upstream.ts';

function under(fault: FaultKind, script: Script, { stream = false, format = 'openai' as WireFormat } = {}) {
  const clock = new TestClock();
  const upstream = new Upstream(clock);
  upstream.on('a', script);
  const chat = { stream, messages: [], rest: {} } as unknown as Parameters<typeof faultyFetch>[1]['chat'];
  const fetch = faultyFetch(fault, { chat, adapter: adapterFor(format), fetch: upstream.fetch, clock });
  const abort = new AbortController();
  const init = { method: 'POST', body: '{}', signal: abort.signal };
  return { clock, upstream, abort, fetch, send: () => fetch('https://a.example/v1/chat/completions', init) };
}

describe('faultyFetch', () => {
  it('is fetch itself for a fault that is the deployment’s own', () => {
    for (const fault of ['revoked-key', 'tight-ttft'] as const) {
      const { fetch, upstream } = under(fault, goodReply('hi'));
      expect(fetch).toBe(upstream.fetch);
    }
  });

  it('blocked-egress: refused, and the provider is not asked', async () => {
    const { send, upstream } = under('blocked-egress', goodReply('hi'));
    await expect(send()).rejects.toThrow(TypeError);
    expect(upstream.calls).toEqual([]);
  });

  it.each(['openai', 'anthropic'] as const)(
    'errors: a 503 that is read as the provider’s, in the form of %s',
    async (format) => {
      const { send, upstream } = under('errors', goodReply('hi'), { format });
      const response = await send();
      expect(response.status).toBe(503);
      const failure = adapterFor(format).failure(503, (name) => response.headers.get(name), await response.text());
      expect(failure).toMatchObject({ kind: 'server_error', mayBeBilled: false });
      expect(upstream.calls).toEqual([]);
    },
  );

  it('slow: the provider is asked at once, and its answer comes 3 s later', async () => {
    const { send, clock, upstream } = under('slow', { ...goodReply('hi'), afterMs: 200 });
    const sentAt = clock.now();
    const response = await clock.run(send());
    expect(clock.now() - sentAt).toBe(3_200);
    expect(upstream.calls[0]?.at).toBe(sentAt);
    expect(await response.text()).toContain('hi');
  });

  it('slow: a refusal comes when it comes', async () => {
    const { send, clock } = under('slow', failing(429));
    const sentAt = clock.now();
    expect((await clock.run(send())).status).toBe(429);
    expect(clock.now()).toBe(sentAt);
    const refused = under('slow', { instead: 'refuse' });
    await expect(refused.send()).rejects.toThrow('connection reset');
    expect(refused.clock.pending).toBe(0);
  });

  it('slow: an attempt that ends meanwhile lets the provider go, and leaves no timer behind', async () => {
    const { send, clock, upstream, abort } = under('slow', goodStream('hi'), { stream: true });
    const sent = send();
    sent.catch(() => {});
    await clock.advance(2_999);
    abort.abort(new Error('left'));
    await expect(sent).rejects.toThrow('left');
    await clock.settle();
    expect(upstream.running).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('cut-streams: leaves a whole answer and a refusal alone', async () => {
    expect(await (await under('cut-streams', goodReply('hi')).send()).text()).toContain('hi');
    expect((await under('cut-streams', failing(500), { stream: true }).send()).status).toBe(500);
  });

  it('cut-streams: breaks a stream off, and lets the provider go', async () => {
    const { send, upstream } = under('cut-streams', goodStream('one ', 'two ', 'three'), { stream: true });
    const response = await send();
    await expect(response.text()).rejects.toThrow('cut off');
    expect(upstream.calls[0]?.cancelled).toBe(true);
  });
});
