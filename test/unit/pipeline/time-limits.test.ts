import { describe, expect, it } from 'vitest';
import type { RouterSettings } from '../../../worker/core/config/config.ts';
import { START } from './support/clock.ts';
import { DONE, failing, finish, good, goodReply, role, streamed, text, usage } from './support/openai.ts';
import { type Answered, deployment, type Sent, TestRouter } from './support/router.ts';
import type { Script, Step } from './support/upstream.ts';

/** As `carryon.config.ts` ships: nothing is said of whole answers. */
const SHIPPED = { timeoutMs: undefined, streamTimeoutMs: 8_000 };
const shipped = (settings: Partial<RouterSettings> = {}) =>
  new TestRouter([deployment('a', SHIPPED), deployment('b', SHIPPED)], { totalTimeoutMs: 90_000, ...settings });

const times = (count: number, ...steps: Step[]): Step[] => Array.from({ length: count }, () => steps).flat();
const answer = [text('Here '), text('it is.'), finish, usage, DONE];
const event = (type: string, more: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;

async function timed(router: TestRouter, sent: Sent): Promise<Answered & { ms: number }> {
  const began = router.clock.now();
  const answered = await router.ask(sent);
  return { ...answered, ms: router.clock.now() - began };
}

const thinks: Sent = { stream: true, body: { reasoning_effort: 'high', max_tokens: 2_000 } };

describe('a model that thinks unseen', () => {
  it.each<[string, Step[]]>([
    ['comments', [role, ...times(6, { waitMs: 2_000 }, ': working\n\n')]],
    ['comments before the role', [...times(6, { waitMs: 2_000 }, ': working\n\n'), role]],
    ['empty chunks', [role, ...times(6, { waitMs: 2_000 }, text(''))]],
    ['nothing after the role', [role, { waitMs: 50_000 }]],
    ['nothing after the headers', [{ waitMs: 50_000 }, role]],
    ['heartbeats for as long as it may', [role, ...times(29, { waitMs: 2_000 }, ': working\n\n')]],
  ])('is waited for while it shows life: %s', async (_, steps) => {
    const router = shipped();
    router.upstream.on('a', streamed(...steps, ...answer));
    router.upstream.on('b', good(true, 'b'));
    expect(await timed(router, thinks)).toMatchObject({ status: 200, shown: 'Here it is.' });
    expect(router.upstream.callsTo('b')).toEqual([]);
    expect(router.standings).toEqual({ a: 'up', b: 'up' });
  });

  it('is waited for in Anthropic’s format too', async () => {
    const router = new TestRouter([deployment('a', { ...SHIPPED, format: 'anthropic' }), deployment('b', SHIPPED)]);
    router.upstream.on(
      'a',
      streamed(
        event('message_start', { message: { id: 'm', usage: { input_tokens: 10, output_tokens: 1 } } }),
        ...times(5, { waitMs: 3_000 }, event('ping', {})),
        event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
        event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Here it is.' } }),
        event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }),
        event('message_stop', {}),
      ),
    );
    router.upstream.on('b', good(true, 'b'));
    expect(await timed(router, thinks)).toMatchObject({ status: 200, shown: 'Here it is.', ms: 15_000 });
  });

  it.each<[string, Script, number]>([
    ['no headers', { instead: 'hang' }, 8_000],
    ['no headers in time', { ...streamed(role, ...answer), afterMs: 9_000 }, 8_000],
    // 6 s of heartbeats and the idle limit.
    ['heartbeats that cease', streamed(role, ...times(3, { waitMs: 2_000 }, ': working\n\n'), 'hang'), 21_000],
    ['heartbeats without end', streamed(role, ...times(90, { waitMs: 1_000 }, ': working\n\n')), 60_000],
    ['a role and nothing else', streamed(role, 'hang'), 60_000],
  ])('is given up: %s', async (_, script, ms) => {
    const router = shipped();
    router.upstream.on('a', script);
    router.upstream.on('b', good(true, 'from b'));
    expect(await timed(router, thinks)).toMatchObject({ status: 200, shown: 'from b', ms });
  });

  it('is told by its name, and by config', async () => {
    const late = streamed(role, { waitMs: 12_000 }, ...answer);
    for (const more of [
      { model: 'gpt-5-mini' },
      { hidesTokens: true },
      { hidesTokens: true, streamTimeoutMs: 1_000 },
    ]) {
      const router = new TestRouter([deployment('a', { ...SHIPPED, ...more }), deployment('b', SHIPPED)]);
      router.upstream.on('a', late);
      router.upstream.on('b', good(true, 'from b'));
      expect(await timed(router, { stream: true })).toMatchObject({ shown: 'Here it is.', ms: 12_000 });
    }
    for (const more of [
      {},
      { hidesTokens: false, model: 'gpt-5-mini' },
      { thinkingTimeoutMs: 9_000, hidesTokens: true },
    ]) {
      const router = new TestRouter([deployment('a', { ...SHIPPED, ...more }), deployment('b', SHIPPED)]);
      router.upstream.on('a', late);
      router.upstream.on('b', good(true, 'from b'));
      expect((await timed(router, { stream: true })).shown).toBe('from b');
    }
  });

  it('shows life with what it reasons: that is content', async () => {
    const router = shipped();
    const thought = text('').replace('"content":""', '"reasoning_content":"hm"');
    router.upstream.on('a', streamed(role, { waitMs: 5_000 }, thought, { waitMs: 14_000 }, ...answer));
    expect(await timed(router, { stream: true })).toMatchObject({ shown: 'Here it is.', ms: 19_000 });
  });
});

const late = (ms: number, content = 'whole'): Script => ({ ...goodReply(content), afterMs: ms });
const whole = (maxTokens?: number): Sent => ({ body: maxTokens === undefined ? {} : { max_tokens: maxTokens } });

describe('a further attempt of a stream', () => {
  it.each([
    [43_900, 2],
    [44_100, 1],
    [44_999, 1],
  ])('after %i of 45,000 ms: %i attempts in all', async (ms, attempts) => {
    for (const first of [{ instead: 'hang' }, { ...failing(500), afterMs: ms }] as Script[]) {
      const hanging = { streamTimeoutMs: 'instead' in first ? ms : 60_000, hidesTokens: false };
      const router = new TestRouter([deployment('a', hanging), deployment('b', hanging)], { numRetries: 0 });
      router.upstream.on('a', first);
      router.upstream.on('b', { ...good(true, 'from b'), afterMs: 900 });
      const { shown, code } = await router.ask({ stream: true });
      expect([shown, code]).toEqual(attempts === 2 ? ['from b', undefined] : ['', 'deadline_exceeded']);
      expect(router.upstream.calls).toHaveLength(attempts);
    }
  });
});

describe('an answer in one piece', () => {
  it.each([4_000, undefined])('is waited for by its output cap (%s)', async (cap) => {
    const router = shipped();
    router.upstream.on('a', late(50_000));
    expect(await timed(router, whole(cap))).toMatchObject({ status: 200, shown: 'whole', ms: 50_000 });
    expect(router.upstream.calls).toHaveLength(1);
    expect(router.standings).toEqual({ a: 'up', b: 'up' });
  });

  it.each<[number, object, number]>([
    [16, {}, 30_000],
    [900, {}, 38_000],
    [16, { hidesTokens: true }, 60_534],
    [16, { timeoutMs: 5_000 }, 5_000],
    [4_000, { timeoutMs: 5_000 }, 5_000],
  ])('of at most %i tokens, %j: %i ms, then the next is asked', async (cap, more, ms) => {
    for (const script of [
      { instead: 'hang' } as const,
      { body: ['hang'] as const },
      { body: ['\n', 'hang'] as const },
    ]) {
      const router = new TestRouter([deployment('a', { ...SHIPPED, ...more }), deployment('b', SHIPPED)], {
        totalTimeoutMs: 90_000,
      });
      router.upstream.on('a', script);
      router.upstream.on('b', good(false, 'from b'));
      expect(await timed(router, whole(cap))).toMatchObject({ status: 200, shown: 'from b', ms });
    }
  });

  it('leaves the next one time to start within totalTimeout, and the last one is waited for beyond it', async () => {
    const router = shipped();
    router.upstream.on('a', { instead: 'hang' });
    router.upstream.on('b', late(100_000, 'from b'));
    expect(await timed(router, whole(4_000))).toMatchObject({ status: 200, shown: 'from b', ms: 189_000 });
    expect(router.upstream.callsTo('b')[0]?.at).toBe(START + 89_000);
    expect(router.upstream.calls).toHaveLength(2);
  });

  it('from the only one left has its own limit', async () => {
    const router = shipped({ totalTimeoutMs: 20_000 });
    router.upstream.on('a', { ...failing(401), afterMs: 15_000 });
    router.upstream.on('b', late(120_000, 'from b'));
    expect(await timed(router, whole(4_000))).toMatchObject({ status: 200, shown: 'from b', ms: 135_000 });
    const alone = new TestRouter([deployment('a', SHIPPED)], { totalTimeoutMs: 20_000 });
    alone.upstream.on('a', late(120_000));
    expect(await timed(alone, whole(4_000))).toMatchObject({ status: 200, ms: 120_000 });
  });

  it('never outlasts maxStreamDuration', async () => {
    const router = new TestRouter([deployment('a', SHIPPED)], { maxStreamDurationMs: 60_000 });
    router.upstream.on('a', { instead: 'hang' });
    expect(await timed(router, whole(1_000_000))).toMatchObject({ status: 503, ms: 60_000 });
  });

  it('that is late begins no cooldown for one user, and one for two', async () => {
    const router = new TestRouter([deployment('a', { timeoutMs: 1_000 }), deployment('b', { timeoutMs: 1_000 })]);
    router.upstream.on('a', late(3_000));
    router.upstream.on('b', late(3_000));
    for (let request = 0; request < 8; request++) await router.ask({ user: 'ann' });
    expect(router.standings).toEqual({ a: 'up', b: 'up' });
    await router.ask({ user: 'bob' });
    expect(router.standings).toEqual({ a: 'cooling', b: 'cooling' });
  });

  it('is judged when it comes, however late: the caller’s own fault stays that', async () => {
    const router = shipped({ totalTimeoutMs: 1_000 });
    router.upstream.on('a', { instead: 'refuse' });
    router.upstream.on('b', { ...failing(400, { code: 'invalid_value' }), afterMs: 5_000 });
    expect(await timed(router, whole())).toMatchObject({ status: 400, code: 'invalid_value' });
  });
});
