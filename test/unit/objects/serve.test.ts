/** What a caller that wants the whole answer is told where it was cut short. */
import { expect, it } from 'vitest';
import { readNote } from '../../../worker/core/answers/stream/messages.ts';
import { serve } from '../../../worker/objects/answers/serve.ts';
import { refusalOf } from '../../../worker/response/refusal-of.ts';
import { TestClock } from '../pipeline/support/clock.ts';

const error = refusalOf({ code: 'stream_interrupted', detail: 'It broke off.' });
const log = {
  ...{ ending: { kind: 'interrupted', error } as const, lastId: 3, completion: undefined },
  ...{ read: () => [], listen: () => () => {}, until: async () => {} },
};

it.each([
  ['as many attempts as it took, and in its mode', { mode: 'safeguard', attempts: 3, hops: 1, model: 'm' } as const],
  ['nothing where that is not known', null],
])('%s', async (_, head) => {
  const reply = await serve({
    ...{
      log,
      wish: { stream: false, resume: false, usage: false, seesProvider: false },
      alias: 'app/chat',
      afterId: 0,
    },
    ...{ signal: undefined, clock: new TestClock(), streamId: '' },
    head: () => head,
    refused: () => undefined,
    role: () => 'attached',
    madeFor: () => 'again',
    keeps: () => false,
    record: undefined,
    notWhole: () => 'alone',
    onLeave() {},
  });
  expect(reply.status).toBe(502);
  const told = head === null ? {} : { mode: 'safeguard', attempts: 3, hops: 1 };
  expect(readNote(reply.headers.get('x-answer-note')).head).toEqual(told);
});
