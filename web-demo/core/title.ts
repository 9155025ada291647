/** A conversation's name: its first question on one line, cut at a word. */

const LONGEST_CHARS = 60;
/** Control characters, and marks that change the direction of the text after them, even beyond the title. */
const UNSHOWN = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
/** A title made only of spaces, marks and invisible characters is no name. */
const BLANK = /^[\p{DI}\p{Z}\p{M}\u2800]*$/u;
/** More combining marks on one letter than any language uses. */
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
  // A word as long as the title is cut inside, as in languages without spaces.
  return `${(word !== undefined && word.length > cut.length / 2 ? word : cut).replace(/[\s\p{P}\u200d]+$/u, '')}…`;
}
