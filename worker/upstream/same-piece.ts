import { DATA_FRAME } from '../../protocol/sse.ts';
import type { StreamStep, TextPattern } from '../providers/adapter.ts';

type Chunk = Extract<StreamStep, { kind: 'chunk' }>;

const encoder = new TextEncoder();
const NOTHING = new Uint8Array();
/** Matches a character that ends a JSON string, begins an escape, or may not be in a string, such as a line break. */
const NOT_PLAIN = /["\\]|[^ -\uffff]/;
const [FIRST, LAST, QUOTE, BACKSLASH, LF] = [0x20, 0x7e, 0x22, 0x5c, 0x0a];

/**
 * Recognizes a network chunk that is one event and differs from the previous event only in its text. Such a piece is neither decoded
 * nor parsed, and is passed on as it is. It starts where an event ended, because the piece before it was one whole event too.
 */
export class SamePiece {
  #pattern: TextPattern | undefined;
  #head: Uint8Array = NOTHING;
  #tail: Uint8Array = NOTHING;
  /** True if the previous piece was one whole event of the pattern. */
  #isNext = false;

  /** The chunk in such a piece. Undefined for any other piece. */
  read(piece: Uint8Array): Chunk | undefined {
    const [head, tail] = [this.#head, this.#tail];
    const [from, to] = [head.length, piece.length - tail.length];
    if (!this.#isNext || to <= from) return undefined;
    for (let index = 0; index < from; index++) if (piece[index] !== head[index]) return undefined;
    for (let index = 0; index < tail.length; index++) if (piece[to + index] !== tail[index]) return undefined;
    for (let index = from; index < to; index++) {
      const byte = piece[index] as number;
      if (byte < FIRST || byte > LAST || byte === QUOTE || byte === BACKSLASH) return undefined;
    }
    return new SameChunk(piece, to - from);
  }

  /** Takes a piece that was read as text. `pattern` is what its last event says about the next one. */
  learn(piece: Uint8Array, text: string, pattern: TextPattern | undefined): void {
    this.#isNext = pattern !== undefined && piece[piece.length - 1] === LF && isEventOf(text, pattern);
    if (pattern === undefined || pattern === this.#pattern) return;
    this.#pattern = pattern;
    this.#head = encoder.encode(headOf(pattern));
    this.#tail = encoder.encode(tailOf(pattern));
  }
}

const headOf = ({ before }: TextPattern): string => DATA_FRAME.before + before;
const tailOf = ({ after }: TextPattern): string => after + DATA_FRAME.after;

function isEventOf(text: string, pattern: TextPattern): boolean {
  const [head, tail] = [headOf(pattern), tailOf(pattern)];
  const isRound = text.length > head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
  return isRound && !NOT_PLAIN.test(text.slice(head.length, text.length - tail.length));
}

/** A recognized chunk. Its data is decoded only for a sink that needs it. */
class SameChunk {
  readonly kind = 'chunk';
  readonly content = true;
  readonly finished = false;
  readonly textBytes: number;
  readonly #piece: Uint8Array;

  constructor(piece: Uint8Array, textBytes: number) {
    this.#piece = piece;
    this.textBytes = textBytes;
  }

  get data(): string {
    return new TextDecoder().decode(this.#piece).slice(DATA_FRAME.before.length, -DATA_FRAME.after.length);
  }
}
