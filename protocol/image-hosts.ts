/** Whether a picture's address is for everybody. A provider fetches it, and one of one's own stands inside one's own network. */
import type { ChatRequest } from './chat.ts';

/** Name and port; no user, and nothing that one reader of URLs takes for another part than the next. */
const PUBLIC_URL =
  /^https:\/\/((?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]+)\.?(?::\d{1,5})?(?:[/?#][^\s\\]*)?$/i;
/** An address in any of its spellings ends in a number: 10.0.0.5, 127.1, 0x7f.1, 0xa9fea9fe. */
const NUMBER = /^(?:\d+|0x[\da-f]*)$/i;
/** Names that networks keep to themselves. */
const PRIVATE = new Set([
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'arpa',
  'localdomain',
]);

export function isPublicUrl(url: string): boolean {
  const last = PUBLIC_URL.exec(url)?.[1]?.split('.').at(-1)?.toLowerCase();
  return last !== undefined && !NUMBER.test(last) && !PRIVATE.has(last);
}

/** The first picture whose address is not, as `messages[1].content[0].image_url.url`. */
export function privateImage({ messages }: ChatRequest): string | undefined {
  for (const [index, { content }] of messages.entries()) {
    if (!Array.isArray(content)) continue;
    for (const [place, part] of content.entries()) {
      if (part.type !== 'image_url') continue;
      const { url } = part.image_url;
      if (!/^data:/i.test(url) && !isPublicUrl(url)) return `messages[${index}].content[${place}].image_url.url`;
    }
  }
  return undefined;
}

export const PRIVATE_IMAGE = 'must be an https: URL of a public host by its name, or a data: URL';
