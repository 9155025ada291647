/** What a streamed response relies on in the runtime's own pipe, which the unit tests have a stand-in for. */
import { describe, expect, it } from 'vitest';
import type { Ending } from '../../worker/pipeline/meter.ts';
import { adapterFor } from '../../worker/providers/formats.ts';
import { streamBody } from '../../worker/response/stream-body.ts';
import { AnswerSource } from '../../worker/upstream/answer-source.ts';
import { ProviderStream } from '../../worker/upstream/provider-stream.ts';
import { START, TestClock } from '../unit/pipeline/support/clock.ts';

const chunk = (text: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: finish }] })}\n\n`;
const DONE = 'data: [DONE]\n\n';
const LATER = START + 600_000;
const encoder = new TextEncoder();
const never = () => {
  throw new Error('is not asked for here');
};

/** `pieces` without an end hang once they are all taken. */
async function begin(pieces: (string | Uint8Array)[], { ends = true, lastChunk = (): undefined => undefined } = {}) {
  let taken = 0;
  let isCancelled = false;
  const provider = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pieces[taken];
        if (piece !== undefined) {
          taken++;
          controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
        } else if (ends) controller.close();
        else return new Promise(() => {});
      },
      cancel() {
        isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const clock = new TestClock();
  const chat = { model: 'app/chat', messages: [], stream: true, includeUsage: false, rest: {} };
  const limits = { quietUntil: LATER, firstContentAt: LATER, idleTimeoutMs: LATER, endAt: LATER };
  const help = { present: <F>(failure: F) => failure, readWhole: never, isPlausible: () => true };
  const stream = new ProviderStream(provider, adapterFor('openai').stream(chat, START), limits, clock, help);
  const settled: Ending[] = [];
  const answer = { kind: 'stream' as const, opening: (await stream.read()).chunks, ended: false, stream };
  const source = new AnswerSource({ answer, gone: undefined, settle: (ending) => settled.push(ending) });
  const body = streamBody({ source, pipe: new IdentityTransformStream(), lastChunk, clock });
  return { body, clock, settled, taken: () => taken, isCancelled: () => isCancelled };
}

/** Lets everything run that is not waiting for the reader. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resume) => setTimeout(resume, 0));
};

describe('the body of a streamed answer in workerd', () => {
  it('is what the provider wrote, and ends with one [DONE]', async () => {
    const events = [chunk('one'), chunk('zwei €') + chunk('drei'), chunk('', 'stop')];
    const { body, settled } = await begin([...events, DONE]);
    expect(await new Response(body).text()).toBe(events.join('') + DONE);
    expect(settled).toEqual(['complete']);
  });

  it('is read from the provider at most one piece ahead of what the reader has taken', async () => {
    const { body, taken } = await begin(Array.from({ length: 50 }, (_, index) => chunk(`word ${index}`)));
    await settle();
    expect(taken()).toBe(1);
    const reader = body.getReader();
    for (let read = 1; read <= 5; read++) {
      await reader.read();
      await settle();
      expect(taken()).toBe(1 + read);
    }
    await reader.cancel();
  });

  it('breaks off, and does not hang, after a fault of ours', async () => {
    const { body, isCancelled } = await begin([chunk('one'), chunk('', 'stop'), DONE], { lastChunk: never });
    await expect(new Response(body).text()).rejects.toThrow('is not asked for here');
    await settle();
    expect(isCancelled()).toBe(true);
  });

  it('is left when its reader cancels while a piece waits for it, and the provider is let go', async () => {
    const { body, settled, isCancelled } = await begin([chunk('one'), chunk('two')], { ends: false });
    const reader = body.getReader();
    await reader.read();
    await settle();
    await reader.cancel('gone');
    await settle();
    expect(settled).toEqual(['left']);
    expect(isCancelled()).toBe(true);
  });

  it('is left when its reader cancels while the provider is silent: by the next thing that is said, if no signal tells', async () => {
    const { body, clock, settled, isCancelled } = await begin([chunk('one'), chunk('two')], { ends: false });
    const reader = body.getReader();
    await reader.read();
    await reader.read();
    await settle();
    await reader.cancel('gone');
    await clock.advance(5_000);
    await settle();
    expect(settled).toEqual(['left']);
    expect(isCancelled()).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('goes on with comments while the provider is silent, one at a time', async () => {
    const { body, clock } = await begin([chunk('one')], { ends: false });
    const reader = body.getReader();
    const read = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await read()).toBe(chunk('one'));
    await settle();
    await clock.advance(30_000);
    expect(await read()).toBe(': keep-alive\n');
    const next = read();
    await settle();
    await clock.advance(5_000);
    expect(await next).toBe(': keep-alive\n');
    await reader.cancel();
  });
});
