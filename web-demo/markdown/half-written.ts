/** Makes the end of an unfinished answer presentable. Marks are closed, and text that may still become something else is held back. */

import remend, { type RemendOptions } from 'remend';
import { isCostly } from './lexer.ts';

/** A line of marks only. The next characters will show what kind of line it is. */
const UNDECIDED_LINE =
  /^(?:>[ \t]*)*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?:[-+=*_#`~> \t]*|\d{1,9}[.)]?|\[[ xX]?\]?|:?-[-:| \t]*|\|.*)$/;
/** A row of a table, or a line that may turn out to be its head. */
const TABLE_LINE = /^[ \t>]*\|.*$/;
const DELIMITER_BEGINNING = /^[ \t>]*\|?[ \t]*:?-*[-:| \t]*$/;
const FENCE = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})/;
/** A line that begins a block of its own. */
const BLOCK_LINE = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)]|>|#{1,6})[ \t]|$)/;
/** An end that may still become something else: a mark, an entity, an escape, a tag, or an address in angle brackets. */
const UNDECIDED_END = /(?:[*_~`\\!]+|!?\[|&#?\w{0,10}|<\/?(?:[A-Za-z][^\s<>]{0,200})?)$/;

const REMEND: RemendOptions = {
  linkMode: 'text-only',
  comparisonOperators: false,
  htmlTags: false,
  katex: false,
  setextHeadings: false,
  singleTilde: false,
};
/** Open marks are looked for within this many characters of the end, which bounds the work. */
const END = 600;
/** Marks are closed if they opened within this many characters of the end. */
const LONG_BLOCK = 4_096;

/** `tail`: the text from the beginning of a block to the end of what has come so far. */
export function closeHalfWritten(tail: string): string {
  const lineStart = tail.lastIndexOf('\n') + 1;
  const lastLine = tail.slice(lineStart);
  const fence = openFence(tail.slice(0, lineStart));
  if (fence !== null) {
    // A line that may become the closing fence is not shown as code.
    const mayClose = new RegExp(`^[ \\t>]*${fence[0]}+[ \\t]*$`).test(lastLine);
    return mayClose ? tail.slice(0, lineStart) : tail;
  }
  // An opening fence shows as code at once, and its language shows when the line is whole.
  const opening = FENCE.exec(lastLine);
  if (opening !== null) return tail.slice(0, lineStart) + opening[0];
  const text = withoutUndecidedEnd(tail);
  const line = text.slice(Math.min(lineStart, text.length));
  return isUndecided(line) ? withoutTableHead(tail.slice(0, lineStart), lastLine) : closeMarks(text);
}

function isUndecided(line: string): boolean {
  const text = line.trim();
  return text === '' || text.startsWith('|') || (text.length < 100 && UNDECIDED_LINE.test(text));
}

/** Holds back a last line that may be the head of a table, until the line after it shows that it is not. */
function withoutTableHead(whole: string, lastLine: string): string {
  const lineStart = whole.lastIndexOf('\n', whole.length - 2) + 1;
  const line = whole.slice(lineStart, -1);
  if (!TABLE_LINE.test(line) || !DELIMITER_BEGINNING.test(lastLine)) return whole;
  const before = whole.slice(whole.lastIndexOf('\n', lineStart - 2) + 1, Math.max(0, lineStart - 1));
  return TABLE_LINE.test(before) ? whole : whole.slice(0, lineStart);
}

/** The marks of the fence that is still open at the end of `text`, which has whole lines only; null if none is open. */
function openFence(text: string): string | null {
  if (!text.includes('```') && !text.includes('~~~')) return null;
  let open: string | null = null;
  for (const line of text.split('\n')) {
    if (open === null) open = FENCE.exec(line)?.[1] ?? null;
    else {
      const closing = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
      if (closing !== undefined && closing[0] === open[0] && closing.length >= open.length) open = null;
    }
  }
  return open;
}

function withoutUndecidedEnd(tail: string): string {
  const near = Math.max(0, tail.length - END);
  let end = tail.slice(near);
  for (let mark = UNDECIDED_END.exec(end); mark !== null; mark = UNDECIDED_END.exec(end))
    end = end.slice(0, mark.index);
  return tail.slice(0, near) + end;
}

/** Closes emphasis, code and links in the last block. */
function closeMarks(text: string): string {
  const start = Math.max(lastBlockStart(text), text.length - LONG_BLOCK);
  const near = Math.max(start, text.length - END);
  // This is a link's text whose address has not come yet, or plain brackets. For now both are shown as text.
  const end = text.slice(near).replace(/(^|[^\\\]])!?\[([^[\]\n]{1,500})\]$/, '$1$2');
  const block = (text.slice(start, near) + end).trimEnd();
  return text.slice(0, start) + (isCostly(block) ? block : remend(block, REMEND));
}

function lastBlockStart(text: string): number {
  let end = text.length;
  while (end > 0) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end);
    if (line.trim() === '') return Math.min(end + 1, text.length);
    if (BLOCK_LINE.test(line)) return start;
    end = start - 1;
  }
  return 0;
}
