/** Makes Markdown from unchecked text. */

/** Characters with a meaning inside a line. */
const SPECIAL = /[\\`*_[\]|~#!$]/g;
/** What turns a line that begins with it into a list, a heading's underline or a quote. */
const AT_THE_BEGINNING = /^([-+=]|\d+(?=[.)]))/;
/** GitHub turns these into links by itself. */
const BARE_LINK = /\b(https?|ftp|mailto|xmpp)(?=:)|\bwww(?=\.)/gi;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these have no place in a document.
const CONTROLS = /[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g;

/** Writes text as one line of Markdown that shows exactly this text, without markup, HTML or links. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(CONTROLS, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(SPECIAL, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(AT_THE_BEGINNING, (found) => (/^\d/.test(found) ? `${found}\\` : `\\${found}`))
    .replace(BARE_LINK, '$&&#8203;');
}

/** A table. Its cells are Markdown already. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)];
}

/** `chat`, `chat and search`, `a, b and c`. */
export const listText = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
