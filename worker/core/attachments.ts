/** What content parts other than text contain. core/formats/ says how each format sends them. */
import type { ContentPart } from '../../protocol/chat.ts';

/** A parsed data URL. */
export interface DataUrl {
  /** Lower case, without parameters. */
  mediaType: string;
  isBase64: boolean;
  data: string;
}

/** What a content part attaches. */
export type Attachment =
  /** A picture on the web. */
  | { kind: 'link'; url: string }
  | { kind: 'image' | 'pdf' | 'text' | 'other'; content: DataUrl; name: string | undefined };

/** How a content part is sent and counted. `file` counts as a constant. `nothing` means that it is dropped and the answer names it. */
export type SentAs = 'text' | 'image' | 'file' | 'nothing';

/** Media types by file ending, for file data that does not name its own. */
const TYPES_BY_ENDING: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
};
/** `%PDF-` in base64. */
const BASE64_OF_PDF = 'JVBERi0';

/** What a content part attaches. Undefined for text, sound, and a file that is only a provider's id. */
export function attachmentOf(part: ContentPart): Attachment | undefined {
  if (part.type === 'image_url') {
    const { url } = part.image_url;
    const content = readDataUrl(url);
    return content === undefined ? { kind: 'link', url } : attached(content, undefined);
  }
  if (part.type !== 'file') return undefined;
  const { file_data: data, filename } = part.file as { file_data?: unknown; filename?: unknown };
  if (typeof data !== 'string' || data === '') return undefined;
  const name = typeof filename === 'string' && filename !== '' ? filename : undefined;
  return attached(readDataUrl(data) ?? bareFile(data, name), name);
}

function attached(content: DataUrl, name: string | undefined): Attachment {
  const { mediaType } = content;
  if (mediaType.startsWith('image/')) return { kind: 'image', content, name };
  if (mediaType === 'application/pdf') return { kind: 'pdf', content, name };
  const isText = mediaType.startsWith('text/') || mediaType === 'application/json';
  return { kind: isText ? 'text' : 'other', content, name };
}

function readDataUrl(url: string): DataUrl | undefined {
  if (!/^data:/i.test(url)) return undefined;
  const comma = url.indexOf(',');
  const [type = '', ...parameters] = url
    .slice(5, comma)
    .toLowerCase()
    .split(';')
    .map((word) => word.trim());
  // RFC 2397: a data URL without a type is text.
  const mediaType = type === 'image/jpg' ? 'image/jpeg' : type || 'text/plain';
  return { mediaType, isBase64: parameters.includes('base64'), data: url.slice(comma + 1) };
}

/** OpenAI accepts base64 without a data URL around it. */
function bareFile(data: string, name: string | undefined): DataUrl {
  const ending = name?.slice(name.lastIndexOf('.') + 1).toLowerCase() ?? '';
  const byEnding = Object.hasOwn(TYPES_BY_ENDING, ending) ? TYPES_BY_ENDING[ending] : undefined;
  const mediaType = data.startsWith(BASE64_OF_PDF) ? 'application/pdf' : (byEnding ?? 'application/octet-stream');
  return { mediaType, isBase64: true, data };
}
