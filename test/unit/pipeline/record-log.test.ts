/** The log lines for support: one for each request that failed over or failed, with its id and nobody's words. */
import { expect, test } from 'vitest';
import type { RouterEvent } from '../../../worker/ports.ts';
import { failing, good, role, streamed, text } from './support/openai.ts';
import { TestRouter } from './support/router.ts';

const told = (router: TestRouter): RouterEvent[] =>
  router.events.filter(({ event }) => /^(request|answer)_/.test(event));

const about = { requestId: expect.any(String), tenant: 'local' };

test.for([[true], [false]])(
  'a failover (streamed: %s) is one line, with who failed and who served',
  async ([stream]) => {
    const router = new TestRouter();
    router.upstream.on('a', failing(500));
    router.upstream.on('b', good(stream as boolean, 'Hello'));
    const { headers } = await router.ask({ stream: stream as boolean });
    const requestId = headers.get('x-request-id');
    const names = { feature: 'chat', alias: 'app/chat' };
    expect(told(router)).toEqual([
      {
        event: 'request_failed_over',
        ...about,
        ...names,
        requestId,
        attempts: expect.any(Number),
        failed: expect.stringMatching(/^a server_error(, a server_error)*$/),
        servedBy: 'b',
      },
    ]);
  },
);

test('a request that nobody serves is one line with its code', async () => {
  const router = new TestRouter();
  router.upstream.on('a', failing(500));
  router.upstream.on('b', failing(503));
  await router.ask();
  expect(told(router)).toEqual([expect.objectContaining({ event: 'request_failed', code: 'providers_unavailable' })]);
});

test('an answer that breaks off after its content is one line', async () => {
  const router = new TestRouter();
  router.upstream.on('a', streamed(role, text('secret words')));
  await router.ask({ stream: true });
  expect(told(router)).toEqual([{ event: 'answer_interrupted', ...about, deployment: 'a', reason: 'cut' }]);
});

test('an ordinary answer, and a mistake of the caller, are not logged; nor are the words of a prompt or an answer', async () => {
  const router = new TestRouter();
  router.upstream.on('a', good(false, 'secret words'));
  await router.ask();
  await router.ask({ body: { model: 'no such alias' } });
  expect(told(router)).toEqual([]);
  router.upstream.on('a', failing(500));
  router.upstream.on('b', good(true, 'secret words'));
  await router.ask({ stream: true, body: { messages: [{ role: 'user', content: 'secret question' }] } });
  expect(JSON.stringify(router.events)).not.toContain('secret');
});
