/**
 * Counts what `JSON.parse` would create, before it runs: a megabyte of `{},{},…` becomes a hundred megabytes of objects. It takes one
 * pass, which jumps from quote to quote, so text inside strings costs next to nothing.
 */

const MOST_VALUES = 200_000;
/** More than the 200 levels that free-form parts of a body may have. Parts that are deeper than those are refused by name later. */
const DEEPEST = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);

/** What is wrong with the text, in words. Undefined if it may be parsed, or if it is not JSON, which the parser explains better. */
export function outlineProblem(text: string): string | undefined {
  let values = 0;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) {
      index = endOfString(text, index);
      if (index === -1) return undefined;
    } else if (OPENING.has(unit)) {
      values++;
      if (++depth > DEEPEST) return `is nested more than ${DEEPEST} levels deep`;
    } else if (unit === COMMA) values++;
    else if (CLOSING.has(unit)) depth--;
    if (values > MOST_VALUES) return `holds more than ${MOST_VALUES} values`;
  }
  return undefined;
}

/** The index of the quote that ends the string that begins at `start`, or -1. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return -1;
}
