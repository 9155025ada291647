/** Sentences, for a voice that reads an answer while it comes. */

/** The sentences of `text`; of one that still grows, only those that are whole. A line's end ends a sentence. */
export function sentencesOf(text: string, locale: string, isComplete: boolean): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const sentences = split(line, locale);
    // What ends the text may go on.
    const isLast = index === lines.length - 1;
    return (isLast && !isComplete ? sentences.slice(0, -1) : sentences)
      .map((one) => one.trim())
      .filter((one) => one !== '');
  });
}

function split(line: string, locale: string): string[] {
  if (!('Segmenter' in Intl)) return line.split(/(?<=[.!?…。！？])(?=\s)/u);
  return [...new Intl.Segmenter(locale, { granularity: 'sentence' }).segment(line)].map(({ segment }) => segment);
}
