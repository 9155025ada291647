/** What a screen reader reads out of a streaming answer: whole sentences, without Markdown's marks. */

export interface Spoken {
  /** How many characters of the answer have been read out. */
  upTo: number;
  sentences: string;
}

/** A sentence ends at a mark followed by a space, at a full-width mark, or at the end of its line. */
const END = /[.!?…]["'”’)\]*_]*(?=\s)|[。！？]|\n/g;

/**
 * The sentences that were finished after `from`, and with `isComplete` also the rest. `code` and `table` are read out in place of code and
 * tables.
 */
export function speakFrom(
  text: string,
  from: number,
  isComplete: boolean,
  words: { code: string; table: string },
): Spoken {
  let upTo = isComplete ? text.length : from;
  if (!isComplete) {
    // An open code block is read out as a whole, once it is closed.
    const fences = [...text.matchAll(/^ {0,3}(?:```|~~~)/gm)];
    const limit = fences.length % 2 === 1 ? (fences.at(-1)?.index ?? text.length) : text.length;
    END.lastIndex = from;
    for (let end = END.exec(text); end !== null && END.lastIndex <= limit; end = END.exec(text)) upTo = END.lastIndex;
  }
  return { upTo, sentences: plain(text.slice(from, upTo), words) };
}

function plain(markdown: string, words: { code: string; table: string }): string {
  return markdown
    .replace(/^ {0,3}(```|~~~)[^\n]*\n[\s\S]*?(?:^ {0,3}\1[^\n]*$|$(?![\s\S]))/gm, ` ${words.code} `)
    .replace(/(?:^ *\|.*(?:\n|$))+/gm, ` ${words.table} `)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^ *(?:#{1,6}|[-*+]|\d+[.)]|>)\s+/gm, '')
    .replace(/[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
