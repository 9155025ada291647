/** Each fault as a request meets it: what fails, who answers instead, what is booked, and whose health it affects. */
import { describe, expect, it } from 'vitest';
import type { WireFormat } from '../../../worker/core/config/wire-format.ts';
import { FAULT_KINDS, type FaultKind } from '../../../worker/core/routing/fault.ts';
import { asDrill, setFaults, withDrillKey } from './support/faults.ts';
import { objectReply } from './support/object-reply.ts';
import { DONE, finish, good, goodStream, role, streamed, text } from './support/openai.ts';
import { deployment, TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const BOTH = [true, false] as const;
const named = (type: string, more: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const usage = { input_tokens: 10, output_tokens: 5 };
const message = { id: 'm1', type: 'message', role: 'assistant', model: 'served', stop_reason: 'end_turn', usage };

/** A good answer in this wire format, streamed or whole as asked. */
function goodIn(format: WireFormat, stream: boolean, words: string): Script {
  if (format === 'openai') return good(stream, words);
  if (!stream) return { body: [JSON.stringify({ ...message, content: [{ type: 'text', text: words }] })] };
  const said = words
    .split(/(?<= )/)
    .map((word) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: word } }));
  return streamed(
    named('message_start', { message: { ...message, content: [], stop_reason: null } }),
    named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...said,
    named('content_block_stop', { index: 0 }),
    named('message_delta', { delta: { stop_reason: 'end_turn' }, usage }),
    named('message_stop', {}),
  );
}

function router(fault: FaultKind, traffic: string, script: (stream: boolean) => Script, format: WireFormat = 'openai') {
  const made = withDrillKey(new TestRouter([deployment('a', { format }), deployment('b')], { numRetries: 0 }));
  made.ledger.limit('tenant', { monthlyMicroUsd: 10_000_000 });
  setFaults(made, { a: { fault, traffic } });
  return {
    router: made,
    ask: async (stream: boolean, sent: object = {}) => {
      made.upstream.on('a', script(stream));
      made.upstream.on('b', good(stream, 'of b'));
      const answered = await made.ask({ stream, ...sent });
      await made.clock.run(Promise.all(made.background));
      return answered;
    },
  };
}

/** How the log reports what `a` did to the first attempt. */
const FAILS: Readonly<Record<Exclude<FaultKind, 'slow' | 'cut-streams'>, (stream: boolean) => string>> = {
  'revoked-key': () => 'a bad_key',
  'blocked-egress': () => 'a unreachable',
  'tight-ttft': (stream) => (stream ? 'a silent' : 'a slow'),
  errors: () => 'a server_error',
};

/** `a` as a provider that checks keys, and takes a second. */
const sound = (format: WireFormat) => (stream: boolean) => ({ ...goodIn(format, stream, 'of a'), afterMs: 1_000 });

describe.each(['openai', 'anthropic'] as const)('a deployment that speaks %s', (format) => {
  describe.each(BOTH)('streamed: %s', (stream) => {
    it.each(Object.entries(FAILS))('%s fails over for a drill’s key, and for nobody else', async (fault, failed) => {
      const { router: made, ask } = router(fault as FaultKind, 'drill', sound(format), format);
      const isRefused = fault === 'revoked-key';
      if (isRefused) refuseWrongKeys(made);

      const drilled = await ask(stream, asDrill);
      expect([drilled.status, drilled.shown]).toEqual([200, 'of b']);
      expect(drilled.headers.get('x-carryon-mode')).toBe('drill');
      expect(drilled.headers.get('cache-control')).toContain('no-store');
      const failedOver = made.events.find(({ event }) => event === 'request_failed_over');
      expect(failedOver?.failed).toBe(failed(stream));

      const ordinary = await ask(stream);
      expect([ordinary.status, ordinary.shown]).toEqual([200, 'of a']);
      expect(ordinary.headers.get('x-carryon-mode')).toBeNull();
      expect(made.standings).toEqual({ a: 'up', b: 'up' });
      expect(made.reports.every((report) => report.deployment.endsWith('~drill'))).toBe(true);
      for (const one of made.deployments) expect(made.isFree(one)).toBe(true);
    });

    it('slow takes three seconds more, and nothing else', async () => {
      const { router: made, ask } = router('slow', 'drill', sound(format), format);
      const sentAt = made.clock.now();
      const drilled = await ask(stream, asDrill);
      expect([drilled.status, drilled.shown, drilled.headers.get('x-carryon-attempts')]).toEqual([200, 'of a', null]);
      const drilledMs = made.clock.now() - sentAt;
      const ordinary = await ask(stream);
      expect(ordinary.shown).toBe('of a');
      expect(drilledMs - (made.clock.now() - sentAt - drilledMs)).toBe(3_000);
      // The same question of the same length costs the same.
      expect(made.ledger.figures('tenant').spentMicroUsd).toBe(60);
    });
  });

  it('cut-streams: the reader sees the first content, then a named error; the provider is let go', async () => {
    const { router: made, ask } = router(
      'cut-streams',
      'drill',
      (stream) => goodIn(format, stream, 'one two three'),
      format,
    );
    const drilled = await ask(true, asDrill);
    expect([drilled.status, drilled.shown, drilled.code]).toEqual([200, 'one ', 'stream_interrupted']);
    expect(drilled.body).not.toContain('[DONE]');
    expect(made.upstream.calls[0]?.cancelled).toBe(true);
    expect(made.upstream.running).toEqual([]);
    expect(made.standings).toEqual({ a: 'up', b: 'up' });
    expect((await ask(true)).shown).toBe('one two three');
    expect((await ask(false, asDrill)).shown).toBe('one two three');
  });
});

/** Like a provider that knows its own key. */
function refuseWrongKeys({ deps, upstream }: TestRouter): void {
  Object.assign(deps, {
    fetch: async (...[url, init]: Parameters<typeof upstream.fetch>) => {
      const headers = new Headers(init.headers);
      const key = headers.get('x-api-key') ?? headers.get('authorization') ?? '';
      if (!key.includes('key-a') && url.includes('a.example')) {
        return Response.json({ error: { message: 'no such key', code: 'invalid_api_key' } }, { status: 401 });
      }
      return upstream.fetch(url, init);
    },
  });
}

describe('what is booked', () => {
  const spent = async (fault: FaultKind, stream: boolean, script: Script) => {
    const { router: made, ask } = router(fault, 'drill', () => script);
    made.upstream.on('b', good(stream, 'of b'));
    await ask(stream, asDrill);
    const { spentMicroUsd, heldMicroUsd } = made.ledger.figures('tenant');
    expect(heldMicroUsd).toBe(0);
    return { spentMicroUsd, calls: made.upstream.callsTo('a').length };
  };
  const B = 30;

  it.each(BOTH)('nothing for a provider that was not asked (streamed: %s)', async (stream) => {
    for (const fault of ['blocked-egress', 'errors'] as const) {
      expect(await spent(fault, stream, good(stream, 'of a'))).toEqual({ spentMicroUsd: B, calls: 0 });
    }
  });

  it.each(BOTH)('what a provider may have made that was given up (streamed: %s)', async (stream) => {
    const { spentMicroUsd, calls } = await spent('tight-ttft', stream, { ...good(stream, 'of a'), afterMs: 1_000 });
    expect(calls).toBe(1);
    expect(spentMicroUsd).toBeGreaterThan(B + 10);
  });

  it.each([
    ['is given up', { streamTimeoutMs: 2_000 }, undefined],
    ['is left by its reader', {}, 2_500],
  ])('what a provider may have made meanwhile, where a slow stream %s', async (_, timers, leavesAfterMs) => {
    const made = withDrillKey(new TestRouter([deployment('a', timers), deployment('b')]));
    made.ledger.limit('tenant', { monthlyMicroUsd: 10_000_000 });
    setFaults(made, { a: { fault: 'slow', traffic: 'drill' } });
    made.upstream.on('a', goodStream('long '.repeat(1_000)));
    made.upstream.on('b', good(true, 'of b'));
    const leaving = new AbortController();
    if (leavesAfterMs !== undefined) made.clock.after(leavesAfterMs, () => leaving.abort());
    await made.clock.run(made.send({ stream: true, ...asDrill }, leaving.signal).then((reply) => reply.text()));
    await made.clock.run(Promise.all(made.background));
    expect(made.ledger.figures('tenant').spentMicroUsd).toBeGreaterThan(4 * 1_000);
  });

  it('what came of a stream that was cut, and no less than a connection that broke there', async () => {
    const cut = await spent('cut-streams', true, goodStream('one ', 'two ', 'three'));
    const broken = withDrillKey(new TestRouter([deployment('a'), deployment('b')]));
    broken.ledger.limit('tenant', { monthlyMicroUsd: 10_000_000 });
    broken.upstream.on('a', streamed(role, text('one '), 'reset'));
    await broken.ask({ stream: true });
    expect(cut.spentMicroUsd).toBe(broken.ledger.figures('tenant').spentMicroUsd);
  });
});

describe('a stream that is cut with more of it in hand', () => {
  const tokens = 3_000;
  const usageOf = (completion_tokens: number) =>
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 10, completion_tokens, total_tokens: 10 + completion_tokens } })}\n\n`;
  const words = Array.from({ length: tokens }, (_, index) => text(`w${index} `));
  const spentFor = async (...body: string[]) => {
    const { router: made, ask } = router('cut-streams', 'drill', () => streamed(...body));
    const { shown, code } = await ask(true, asDrill);
    expect([shown, code]).toEqual(['w0 ', 'stream_interrupted']);
    return made.ledger.figures('tenant').spentMicroUsd;
  };

  it('is booked at its bill where that was in the packet', async () => {
    expect(await spentFor([role, ...words, finish, usageOf(tokens), DONE].join(''))).toBe(10 + 4 * tokens);
  });

  it('is booked at no less than what was made, wherever the packet ended', async () => {
    for (const kept of [1, 2, 300, tokens]) {
      const packet = [role, ...words.slice(0, kept)].join('');
      expect(await spentFor(packet, ...words.slice(kept))).toBeGreaterThanOrEqual(10 + 4 * kept);
    }
  });
});

describe('a fault for all', () => {
  it('is an ordinary failure: it counts for the real standing, and the answer’s mode is the usual one', async () => {
    const { router: made, ask } = router('errors', 'all', (stream) => good(stream, 'of a'));
    for (let request = 0; request < 6; request++) {
      const { shown, headers } = await ask(false);
      expect([shown, headers.get('x-carryon-mode')]).toEqual(['of b', null]);
    }
    expect(made.standings).not.toEqual({ a: 'up', b: 'up' });
    const cooled = made.events.filter(({ event }) => event === 'deployment_cooling');
    expect(cooled).toEqual([expect.not.objectContaining({ drill: true })]);
  });
});

it('a request that was chosen says drill, whether or not the faulty deployment was asked', async () => {
  const { router: made, ask } = router('errors', 'tenant:local', (stream) => good(stream, 'of a'));
  setFaults(made, { b: { fault: 'errors', traffic: 'tenant:local' } });
  const { shown, headers } = await ask(false);
  expect([shown, headers.get('x-carryon-mode')]).toEqual(['of a', 'drill']);
});

it('so does what was kept under a key before', async () => {
  const { router: made, ask } = router('errors', 'drill', (stream) => good(stream, 'of a'));
  made.deps.answerStreams.open = async () => objectReply('{"choices":[]}', { role: 'replayed' });
  const { status, headers } = await ask(false, { headers: { ...asDrill.headers, 'idempotency-key': 'k' } });
  expect([status, headers.get('x-carryon-replayed')]).toEqual([200, '1']);
  expect([headers.get('x-carryon-mode'), headers.get('cache-control')]).toEqual(['drill', 'no-store']);
});

it('a fault ends by itself', async () => {
  const { router: made, ask } = router('errors', 'drill', (stream) => good(stream, 'of a'));
  setFaults(made, { a: { fault: 'errors', traffic: 'drill', until: made.clock.now() + 1_000 } });
  expect((await ask(false, asDrill)).shown).toBe('of b');
  await made.clock.advance(1_000);
  const { shown, headers } = await ask(false, asDrill);
  expect([shown, headers.get('x-carryon-mode')]).toEqual(['of a', null]);
});

it('no header, field or user name makes a request a drill’s', async () => {
  const { ask } = router('errors', 'drill', (stream) => good(stream, 'of a'));
  for (const headers of [
    { 'x-carryon-drill': 'drill-1' },
    { 'x-carryon-mode': 'drill' },
    { 'x-carryon-user': 'drill' },
  ]) {
    const answered = await ask(false, { headers, body: { user: undefined } });
    expect([answered.shown, answered.headers.get('x-carryon-mode')]).toEqual(['of a', null]);
  }
});

it('every kind of fault has its case here', () => {
  expect([...Object.keys(FAILS), 'slow', 'cut-streams'].toSorted()).toEqual([...FAULT_KINDS].toSorted());
});
