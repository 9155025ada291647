import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';
import { jsonText } from './json-text.ts';

/** Fields of the wire format, which no model generated. */
const NOT_GENERATED = new Set(['role', 'type']);
/** A provider may send these as JSON in place of a string. The model then wrote the names and braces too. */
const FREE_FORM = new Set(['arguments', 'input']);
/** Sound and pictures in base64 take 1,000 bytes a token or more. Counting 64 a token is a bound far above what is billed for them. */
const MEDIA_BYTES_PER_TOKEN = 64;
/** The deepest value that is counted. No delta is nested nearly as deeply. */
const DEEPEST = 20;

/**
 * An upper bound of what a model generated in a delta or a block, in UTF-8 bytes. Every string counts, whatever its field is called,
 * because a new field may be billed too. Undefined if the value is nested too deeply.
 */
export function generatedBytes(value: unknown, depth = 0): number | undefined {
  if (typeof value === 'string') return utf8Bytes(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === DEEPEST) return undefined;
  let bytes = 0;
  for (const key in value) {
    if (NOT_GENERATED.has(key)) continue;
    const child = (value as Record<string, unknown>)[key];
    if (isMedia(key, child)) {
      bytes += Math.ceil(child.length / MEDIA_BYTES_PER_TOKEN);
      continue;
    }
    const isJson = typeof child === 'object' && child !== null && FREE_FORM.has(key);
    const inside = isJson ? bytesOfJson(child) : generatedBytes(child, depth + 1);
    if (inside === undefined) return undefined;
    bytes += inside;
  }
  return bytes;
}

/** True for sound and pictures: `audio: {data}` and `images: [{image_url: {url}}]`. A short string is counted as text. */
const isMedia = (key: string, value: unknown): value is string =>
  typeof value === 'string' &&
  value.length > 4_096 &&
  ((key === 'data' && !/[^A-Za-z0-9+/=]/.test(value.slice(0, 4_096))) ||
    key === 'b64_json' ||
    (key === 'url' && value.startsWith('data:')));

function bytesOfJson(value: object): number | undefined {
  const text = jsonText(value);
  return text === undefined ? undefined : utf8Bytes(text);
}
