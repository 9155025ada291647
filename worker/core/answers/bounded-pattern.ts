/**
 * Patterns from config run over text that anyone may send, so a pattern that could take long is refused when config is read.
 * JavaScript tries every way to match, one after the other, at every position of the text. If no repetition is open-ended, the number
 * and length of these ways can be computed: choices multiply, lengths add up.
 */

const LONGEST_SOURCE = 200;
/** Limit for the number of ways to match from one position, multiplied by the length of the longest. */
const MOST_STEPS = 2_000;
/** The most UTF-16 units that one feature's patterns search in one request. In the worst case that takes some tenths of a second. */
export const MOST_SEARCHED_UNITS = 262_144;

/** What is wrong with the pattern. Returns undefined if it may be used. */
export function patternProblem(source: string): string | undefined {
  if (source.length > LONGEST_SOURCE) return `write a regular expression of at most ${LONGEST_SOURCE} characters`;
  try {
    if (new RegExp(source, 'u').test(''))
      return 'it matches the empty text, and so every text; write what must be there';
  } catch (error) {
    return `is not a regular expression: ${error instanceof Error ? error.message : ''}`;
  }
  const { ways, length } = new Reading(source).alternatives();
  if (ways * length <= MOST_STEPS) return undefined;
  return length === Number.POSITIVE_INFINITY
    ? 'write an upper limit, such as "\\\\d{1,20}" in place of "\\\\d+" or "\\\\d*", and no back-references'
    : 'it could take too long on a hostile text; use fewer and shorter ranges';
}

interface Bound {
  ways: number;
  length: number;
}

const ONE: Bound = { ways: 1, length: 1 };
const UNKNOWN: Bound = { ways: 1, length: Number.POSITIVE_INFINITY };

/** Reads an expression that is known to be valid with the `u` flag. */
class Reading {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  alternatives(): Bound {
    const all: Bound = { ways: 0, length: 0 };
    do {
      const { ways, length } = this.#sequence();
      all.ways += ways;
      all.length = Math.max(all.length, length);
    } while (this.#take(/\|/uy));
    return all;
  }

  #sequence(): Bound {
    const all: Bound = { ways: 1, length: 0 };
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] ?? '')) {
      const { ways, length } = this.#repeated(this.#atom());
      all.ways *= ways;
      all.length += length;
    }
    return all;
  }

  #atom(): Bound {
    if (this.#take(/\((?:\?(?:<?[=!]|<[^>]*>|[a-z-]*:))?/uy)) {
      const inside = this.alternatives();
      this.#take(/\)/uy);
      return inside;
    }
    if (this.#take(/\\(?:[1-9]|k<[^>]*>)/uy)) return UNKNOWN;
    this.#take(/\[(?:\\.|[^\]\\])*\]|\\[pPu]\{[^}]*\}|\\.|./suy);
    return ONE;
  }

  #repeated({ ways, length }: Bound): Bound {
    const [, sign, least, comma, most] = this.#take(/([*+?]|\{(\d+)(,)?(\d*)\})\??/uy) ?? [];
    if (sign === undefined) return { ways, length };
    if (sign === '?') return { ways: 1 + ways, length };
    if (sign === '*' || sign === '+' || (comma !== undefined && most === '')) return UNKNOWN;
    const from = Number(least);
    const to = comma === undefined ? from : Number(most);
    let sum = 0;
    for (let times = from; times <= to && sum <= MOST_STEPS; times++) sum += ways ** times;
    return { ways: sum, length: length * to };
  }

  #take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#source);
    if (match !== null) this.#at = expression.lastIndex;
    return match;
  }
}
