import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageReader } from '../../../bench/http/message-reader.ts';
import {
  COMPLETION_REPLY,
  firstContentChunk,
  nextContentChunk,
  ROLE_CHUNK,
  STREAM_END,
  STREAM_HEAD,
} from '../../../bench/upstream/wire.ts';

const STREAM = STREAM_HEAD + ROLE_CHUNK + firstContentChunk(1) + nextContentChunk() + STREAM_END;

function readAll(pieces: readonly Buffer[]): { startLine: string; body: string; ended: boolean }[] {
  const messages: { startLine: string; body: string; ended: boolean }[] = [];
  const reader = new MessageReader({
    head: (startLine) => messages.push({ startLine, body: '', ended: false }),
    body: (segment) => {
      const message = messages.at(-1);
      if (message) message.body += segment.toString();
    },
    end: () => {
      const message = messages.at(-1);
      if (message) message.ended = true;
    },
  });
  for (const piece of pieces) reader.push(piece);
  return messages;
}

/** The same bytes, cut at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % bytes.length).sort((one, other) => one - other), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

describe('MessageReader', () => {
  it('reads messages of both framings, wherever the bytes are split', () => {
    const bytes = Buffer.concat([COMPLETION_REPLY, Buffer.from(STREAM), COMPLETION_REPLY]);
    const whole = readAll([bytes]);
    expect(whole.map(({ ended }) => ended)).toEqual([true, true, true]);
    expect(JSON.parse(whole[0]?.body ?? '')).toMatchObject({ object: 'chat.completion' });
    expect(whole[1]?.body).toMatch(/^data: \{.*data: \[DONE\]\n\n$/s);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (places) => {
        expect(readAll(cut(bytes, places))).toEqual(whole);
      }),
    );
    expect(readAll([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('ends a message without a body at its head', () => {
    expect(readAll([Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n')])).toEqual([
      { startLine: 'GET / HTTP/1.1', body: '', ended: true },
    ]);
  });
});
