/** A conversation's name: its first question on one line, cut at a word. */

const LONGEST_CHARS = 60;
/** Control characters, and marks that change the direction of what follows, even beyond the title. */
const UNSHOWN = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
/** Spaces, marks, and invisible characters: alone they are not a name. */
const BLANK = /^[\p{DI}\p{Z}\p{M}\u2800]*$/u;
/** More marks on one letter than any language writes. */
const PILED = /(\p{M}{3})\p{M}+/gu;

export function titleOf(question: string): string {
  // Only the beginning is read, because a question may be huge.
  const start = question
    .slice(0, 2_000)
    .replace(/\s/gu, ' ')
    .replace(UNSHOWN, '')
    .replace(/ +/g, ' ')
    .replace(PILED, '$1')
    .trim();
  if (BLANK.test(start)) return '';
  const shown = Array.from(start);
  if (shown.length <= LONGEST_CHARS) return start;
  const cut = shown.slice(0, LONGEST_CHARS).join('');
  const word = /^(.+)\s\S*$/u.exec(cut)?.[1];
  // A word as long as the title, as in languages without spaces, is cut inside.
  return `${(word !== undefined && word.length > cut.length / 2 ? word : cut).replace(/[\s\p{P}\u200d]+$/u, '')}…`;
}
