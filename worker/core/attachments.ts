/** What content parts other than text hold, and as what a provider's format takes them: read by adapters and by what counts. */
import type { ContentPart } from '../../protocol/chat.ts';
import type { WireFormat } from './config/config.ts';

export interface DataUrl {
  /** Lower case, without parameters. */
  mediaType: string;
  isBase64: boolean;
  data: string;
}

export type Attachment =
  /** A picture somewhere on the web. */
  | { kind: 'link'; url: string }
  | { kind: 'image' | 'pdf' | 'text' | 'other'; content: DataUrl; name: string | undefined };

/** `text` and `image` count as such, `file` at a constant; `nothing`: left out and named. */
export type SentAs = 'text' | 'image' | 'file' | 'nothing';

/** The pictures that Anthropic's Messages API lists. */
const ANTHROPIC_IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** For file data that does not say what it is. */
const TYPES_BY_ENDING: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
};
/** `%PDF-` in base64. */
const BASE64_OF_PDF = 'JVBERi0';

/** Undefined for text, sound, and a file that is only an id at some provider. */
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

export function sentAs(part: ContentPart, format: WireFormat, allowParams: readonly string[]): SentAs {
  if (part.type === 'text' || part.type === 'refusal') return 'text';
  if (part.type === 'input_audio')
    return format === 'openai' && allowParams.includes('input_audio') ? 'file' : 'nothing';
  const attachment = attachmentOf(part);
  if (format === 'openai') {
    if (part.type === 'image_url' && (attachment?.kind === 'link' || attachment?.kind === 'image')) return 'image';
    const isFile = part.type === 'file' || attachment?.kind === 'pdf' || attachment?.kind === 'text';
    return isFile && allowParams.includes('file') ? 'file' : 'nothing';
  }
  switch (attachment?.kind) {
    case 'link':
      return 'image';
    case 'image':
      return isAnthropicImage(attachment.content) ? 'image' : 'nothing';
    case 'pdf':
      return attachment.content.isBase64 ? 'file' : 'nothing';
    case 'text':
      return 'text';
    default:
      return 'nothing';
  }
}

const isAnthropicImage = ({ mediaType, isBase64 }: DataUrl): boolean => isBase64 && ANTHROPIC_IMAGES.has(mediaType);

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
  // A data URL without a type is text, says RFC 2397.
  const mediaType = type === 'image/jpg' ? 'image/jpeg' : type || 'text/plain';
  return { mediaType, isBase64: parameters.includes('base64'), data: url.slice(comma + 1) };
}

/** OpenAI takes base64 without a data URL round it. */
function bareFile(data: string, name: string | undefined): DataUrl {
  const ending = name?.slice(name.lastIndexOf('.') + 1).toLowerCase() ?? '';
  const byEnding = Object.hasOwn(TYPES_BY_ENDING, ending) ? TYPES_BY_ENDING[ending] : undefined;
  const mediaType = data.startsWith(BASE64_OF_PDF) ? 'application/pdf' : (byEnding ?? 'application/octet-stream');
  return { mediaType, isBase64: true, data };
}
