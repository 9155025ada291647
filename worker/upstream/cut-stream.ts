/** A fault on purpose: a provider's event stream that breaks off after its first content, however its packets are cut. */
import { SseParser } from '../../protocol/sse.ts';
import type { StreamTranslator } from '../providers/adapter.ts';

/** The error that such a stream ends with. What came `behind` the cut was generated, and is billed. */
export class CutOff extends Error {
  readonly behind: Uint8Array;

  constructor(behind: Uint8Array) {
    super('cut off by a fault that an operator set');
    this.behind = behind;
  }
}

/** `translator`: a fresh one for this stream, to recognise content. */
export function cutAfterContent(
  body: ReadableStream<Uint8Array>,
  translator: StreamTranslator,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const content = new ContentSearch(translator);
  let cutOff: CutOff | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // Not sooner: an error discards what has not been read yet.
        if (cutOff !== undefined) return controller.error(cutOff);
        const { done, value } = await reader.read();
        if (done) return controller.close();
        const end = content.endIn(value);
        if (end === undefined) return controller.enqueue(value);
        cutOff = new CutOff(value.subarray(end));
        controller.enqueue(value.subarray(0, end));
        reader.cancel().catch(() => {});
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

const LF = 10;
const CR = 13;

class ContentSearch {
  readonly #decoder = new TextDecoder();
  readonly #parser: SseParser;
  #isFound = false;

  constructor(translator: StreamTranslator) {
    this.#parser = new SseParser({
      onEvent: ({ event, data }) => {
        const steps = translator.event(event, data);
        this.#isFound ||= steps.some((step) => step.kind === 'chunk' && step.content);
      },
    });
  }

  /** Where in this packet the first event with content ends; undefined if it does not end here. */
  endIn(packet: Uint8Array): number | undefined {
    let from = 0;
    // Line by line: an event ends with a line, and in UTF-8 the end of a line is a byte that is part of nothing else.
    while (from < packet.length && !this.#isFound) {
      const end = lineEnd(packet, from);
      this.#parser.feed(this.#decoder.decode(packet.subarray(from, end), { stream: true }));
      from = end;
    }
    return this.#isFound ? from : undefined;
  }
}

function lineEnd(packet: Uint8Array, from: number): number {
  for (let index = from; index < packet.length; index++) {
    if (packet[index] === LF || packet[index] === CR) return index + 1;
  }
  return packet.length;
}
