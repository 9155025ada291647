/** Makes HTML from unchecked text. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: these have no place in a document, and some reverse its text.
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g;

/** Markup, as opposed to text. */
export interface Html {
  readonly html: string;
}

type Part = string | Html | readonly Html[];

/** A template for HTML. Strings in it are text and are escaped. Only results of this function count as markup. */
export function html(markup: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const texts = parts.map((part) => (typeof part === 'string' ? textHtml(part) : joined(part)));
  return { html: markup.map((piece, index) => piece + (texts[index] ?? '')).join('') };
}

const joined = (part: Html | readonly Html[]): string =>
  isList(part) ? part.map(({ html: one }) => one).join('') : part.html;

/** `Array.isArray` does not narrow a readonly list. */
const isList = (part: Html | readonly Html[]): part is readonly Html[] => Array.isArray(part);

const textHtml = (text: string): string =>
  text.replace(CONTROLS, '').replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
