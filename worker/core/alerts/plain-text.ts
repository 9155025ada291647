/** Untrusted names as text of one line. */

/** Control characters, line breaks, and characters that change the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** The text without line breaks and control characters, at most `longest` characters long. */
export function oneLine(text: string, longest: number): string {
  const line = text.replace(UNPRINTABLE, ' ');
  return line.length <= longest ? line : `${line.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
