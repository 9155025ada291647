/** A fault on purpose: cuts a provider's event stream after its first content, wherever the borders of its packets are. */
import { SseParser } from '../../protocol/sse.ts';
import type { StreamTranslator } from '../providers/adapter.ts';

/** The error that such a stream ends with. The part `behind` the cut was generated, and is billed. */
export class CutOff extends Error {
  readonly behind: Uint8Array;

  constructor(behind: Uint8Array) {
    super('cut off by a fault that an operator set');
    this.behind = behind;
  }
}

/** Cuts the stream. `translator` is a new one for this stream, which recognizes content. */
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
        // The error is not raised sooner, because it discards everything that has not been read yet.
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

  /** The position in this packet at which the first event with content ends. Undefined if it does not end here. */
  endIn(packet: Uint8Array): number | undefined {
    let from = 0;
    // The packet is read line by line. An event ends with a line, and in UTF-8 the byte that ends a line is part of no other character.
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
