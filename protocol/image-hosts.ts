/** Checks that a picture's address is public. The provider fetches it, and a provider of your own may be inside your network. */
import type { ChatRequest, ContentPart } from './chat.ts';

/** Allows a host name and a port, but no user, and nothing that URL parsers disagree about. */
const PUBLIC_URL =
  /^https:\/\/((?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]+)\.?(?::\d{1,5})?(?:[/?#][^\s\\]*)?$/i;
/** Matches the last part of an IPv4 address. All its spellings end in a number: 10.0.0.5, 127.1, 0x7f.1, 0xa9fea9fe. */
const NUMBER = /^(?:\d+|0x[\da-f]*)$/i;
/** Top-level names of private networks. */
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

/** True if a URL is https on a public host. */
export function isPublicUrl(url: string): boolean {
  const last = PUBLIC_URL.exec(url)?.[1]?.split('.').at(-1)?.toLowerCase();
  return last !== undefined && !NUMBER.test(last) && !PRIVATE.has(last);
}

/** True for a URL. Some providers accept one where OpenAI requires base64, which has no colon. */
const isAddress = (text: unknown): text is string =>
  typeof text === 'string' && /^\s*(?!data:)[a-z][a-z0-9+.-]*:/i.test(text);

/** The field of the first picture, file or sound whose address is not public, such as `messages[1].content[0].image_url.url`. */
export function privateImage({ messages }: ChatRequest): string | undefined {
  for (const [index, { content }] of messages.entries()) {
    if (!Array.isArray(content)) continue;
    for (const [place, part] of content.entries()) {
      const [field, address] = addressIn(part);
      if (isAddress(address) && !isPublicUrl(address)) return `messages[${index}].content[${place}].${field}`;
    }
  }
  return undefined;
}

function addressIn(part: ContentPart): [field: string, value: unknown] {
  switch (part.type) {
    case 'image_url':
      return ['image_url.url', part.image_url.url];
    case 'file':
      return ['file.file_data', (part.file as { file_data?: unknown }).file_data];
    case 'input_audio':
      return ['input_audio.data', (part.input_audio as { data?: unknown }).data];
    default:
      return ['', undefined];
  }
}

/** The text of the refusal. */
export const PRIVATE_IMAGE = 'must be an https: URL of a public host by its name, or a data: URL';
