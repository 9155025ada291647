/** A stream under the fault `cut-streams`: whatever its bytes come in, it breaks behind the first event that shows the reader something. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireFormat } from '../../../worker/core/config/wire-format.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { cutAfterContent } from '../../../worker/upstream/cut-stream.ts';
import { DONE, finish, role, text, usage } from '../pipeline/support/openai.ts';

const CHAT = { model: 'app/chat', messages: [], stream: true, rest: {} } as unknown as Parameters<
  ReturnType<typeof adapterFor>['stream']
>[0];

const named = (type: string, more: Record<string, unknown>): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const begun = [
  named('message_start', {
    message: { id: 'm1', type: 'message', role: 'assistant', model: 'served', content: [], usage: { input_tokens: 3 } },
  }),
  named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  named('ping', {}),
];
const said = (words: string): string =>
  named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: words } });
const over = [
  named('content_block_stop', { index: 0 }),
  named('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } }),
  named('message_stop', {}),
];

/** What stands before the first content, the event that holds it, and what follows. */
const STREAMS: Readonly<Record<string, { format: WireFormat; before: string; content: string; after: string }>> = {
  openai: {
    format: 'openai',
    before: `: ping\n\n${role}`,
    content: text('Grüße 👋'),
    after: text(' more') + finish + usage + DONE,
  },
  'openai, content and its end in one event': {
    format: 'openai',
    before: role,
    content: text('all of it').replace('"finish_reason":null', '"finish_reason":"stop"'),
    after: usage + DONE,
  },
  anthropic: {
    format: 'anthropic',
    before: begun.join(''),
    content: said('Grüße 👋'),
    after: said(' more') + over.join(''),
  },
};

interface Source {
  body: ReadableStream<Uint8Array>;
  taken: () => number;
  cancelled: () => boolean;
}

function inPackets(bytes: Uint8Array, cuts: readonly number[]): Source {
  const at = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((one, other) => one - other), bytes.length];
  const packets = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
  let next = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const packet = packets[next++];
        if (packet === undefined) controller.close();
        else controller.enqueue(packet);
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, taken: () => next, cancelled: () => cancelled };
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<{ text: string; broke: boolean }> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const piece = await reader.read().catch(() => undefined);
    if (piece === undefined) return { text, broke: true };
    if (piece.done) return { text, broke: false };
    text += decoder.decode(piece.value, { stream: true });
  }
}

const encoder = new TextEncoder();
const lineEnds = fc.constantFrom('\n', '\r\n', '\r');

describe.each(Object.entries(STREAMS))('%s', (_, { format, before, content, after }) => {
  it('is cut behind its first content, in any packets and with any line ends; the provider is let go', async () => {
    const packets = fc.oneof(fc.constant([]), fc.array(fc.nat(), { maxLength: 400 }));
    await fc.assert(
      fc.asyncProperty(packets, lineEnds, async (cuts, lineEnd) => {
        const as = (part: string) => part.replaceAll('\n', lineEnd);
        const source = inPackets(encoder.encode(as(before + content + after)), cuts);
        const read = await readAll(cutAfterContent(source.body, adapterFor(format).stream(CHAT, 0)));
        expect(read.broke).toBe(true);
        // The blank line's CR ends the event; its LF may be on this side of the cut, or on the other.
        expect(read.text.replace(/\r\n$/, '\r')).toBe(as(before + content).replace(/\r\n$/, '\r'));
        expect(source.cancelled()).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('byte by byte, nothing behind the cut is asked for', async () => {
    const bytes = encoder.encode(before + content + after);
    const source = inPackets(
      bytes,
      Array.from({ length: bytes.length - 1 }, (_, index) => index + 1),
    );
    await readAll(cutAfterContent(source.body, adapterFor(format).stream(CHAT, 0)));
    expect(source.taken()).toBe(encoder.encode(before + content).length);
  });

  it('without content it ends as it came', async () => {
    const source = inPackets(encoder.encode(before), []);
    expect(await readAll(cutAfterContent(source.body, adapterFor(format).stream(CHAT, 0)))).toEqual({
      text: before,
      broke: false,
    });
  });

  it('a reader who leaves before the cut lets the provider go', async () => {
    const source = inPackets(encoder.encode(before + content + after), [5]);
    const reader = cutAfterContent(source.body, adapterFor(format).stream(CHAT, 0)).getReader();
    await reader.read();
    await reader.cancel();
    expect(source.cancelled()).toBe(true);
  });
});

it('an answer in one piece in the place of events is no stream, and passes', async () => {
  const whole = JSON.stringify({ choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }] });
  const source = inPackets(encoder.encode(whole), [10, 20]);
  const read = await readAll(cutAfterContent(source.body, adapterFor('openai').stream(CHAT, 0)));
  expect(read).toEqual({ text: whole, broke: false });
});
