/** Turns events into rows and back. A page is a string of entries. Each entry begins with its lengths, so nothing is escaped. */
import { utf8Bytes } from '../../../../protocol/utf8-bytes.ts';
import type { AnswerHead } from '../answer-head.ts';
import { readHead } from './earlier-head.ts';
import type { AnswerEvent } from './events.ts';
import { PAGE_AGE_MS, PAGE_BYTES, PART_UNITS } from './limits.ts';

/** The size of an event in bytes. */
export const bytesOf = ({ data, openData }: AnswerEvent): number => utf8Bytes(data) + utf8Bytes(openData ?? '');

/** True if the page must be stored: it has 16 KB, or is a second old. A reader that comes back finds everything older than a second. */
export const isPageDue = (bytes: number, since: number, now: number): boolean =>
  bytes >= PAGE_BYTES || now - since >= PAGE_AGE_MS;

/** The text of one row. An event that is too long for one row continues in the next. */
export interface Page {
  lastId: number;
  text: string;
}

/** The pages of these events. The head goes before the first event, so that it costs no row of its own. */
export function pagesOf(events: readonly AnswerEvent[], head: AnswerHead | null): Page[] {
  const pages: Page[] = [];
  let text = head === null ? '' : entry('head', 0, false, JSON.stringify(head), undefined);
  let lastId = 0;
  for (const { id, kind, data, openData } of events) {
    lastId = id;
    const parts = Math.max(1, Math.ceil(Math.max(data.length, openData?.length ?? 0) / PART_UNITS));
    const dataParts = split(data, parts);
    const openParts = openData === undefined ? undefined : split(openData, parts);
    for (let part = 0; part < parts; part++) {
      text += entry(kind, id, part + 1 < parts, dataParts[part] ?? '', openParts?.[part]);
      if (part + 1 === parts) continue;
      pages.push({ lastId, text });
      text = '';
    }
  }
  if (text !== '') pages.push({ lastId, text });
  return pages;
}

/** Reads one page, or several in a row. `isOpenEnded` is true if the last event continues in the next page. */
export function readPages(text: string): { head: AnswerHead | null; events: AnswerEvent[]; isOpenEnded: boolean } {
  let head: AnswerHead | null = null;
  const events: AnswerEvent[] = [];
  let isOpenEnded = false;
  for (let at = 0; at < text.length; ) {
    const lineEnd = text.indexOf('\n', at);
    const [kind = '', id, more, dataUnits, openUnits] = text.slice(at, lineEnd).split(' ');
    const dataEnd = lineEnd + 1 + Number(dataUnits);
    const data = text.slice(lineEnd + 1, dataEnd);
    at = dataEnd + (openUnits === '-' ? 0 : Number(openUnits));
    if (kind === 'head') {
      head = readHead(JSON.parse(data));
      continue;
    }
    const openData = openUnits === '-' ? undefined : text.slice(dataEnd, at);
    const begun = isOpenEnded ? events.pop() : undefined;
    events.push({
      ...{ id: Number(id), kind: kind as AnswerEvent['kind'], data: (begun?.data ?? '') + data },
      ...(openData !== undefined && { openData: (begun?.openData ?? '') + openData }),
    });
    isOpenEnded = more === '+';
  }
  return { head, events, isOpenEnded };
}

const entry = (kind: string, id: number, more: boolean, data: string, openData: string | undefined): string =>
  `${kind} ${id} ${more ? '+' : '.'} ${data.length} ${openData === undefined ? '-' : openData.length}\n${data}${openData ?? ''}`;

/** Splits a string between characters, because the text of a row is UTF-8. */
function split(text: string, parts: number): string[] {
  const found: string[] = [];
  let at = 0;
  for (let part = 1; part <= parts; part++) {
    let end = part === parts ? text.length : Math.min(part * PART_UNITS, text.length);
    if (end < text.length && (text.charCodeAt(end) & 0xfc00) === 0xdc00) end--;
    found.push(text.slice(at, end));
    at = end;
  }
  return found;
}

/** The index of the first page that has an event after this one, by the last id of each page. */
export function pageAfter(lastIds: readonly number[], afterId: number): number {
  let low = 0;
  let high = lastIds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lastIds[middle] ?? 0) > afterId) high = middle;
    else low = middle + 1;
  }
  return low;
}
