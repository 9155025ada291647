import type { ContentPart } from './chat.ts';
import type { FieldNames } from './field-names.ts';
import { isObject, type Json } from './json.ts';
import { expectedProblem, isGiven, onlyFields, Problem } from './parse-problem.ts';

const TEXT_KEYS = new Set(['type', 'text']);
const IMAGE_KEYS = new Set(['type', 'image_url']);
const IMAGE_URL_KEYS = new Set(['url', 'detail']);
const REFUSAL_KEYS = new Set(['type', 'refusal']);
const AUDIO_KEYS = new Set(['type', 'input_audio']);
const INPUT_AUDIO_KEYS = new Set(['data', 'format']);
const FILE_PART_KEYS = new Set(['type', 'file']);
const FILE_KEYS = new Set(['file_data', 'file_id', 'filename']);

const WHERE = 'messages[].content[]';

/** Checks one message's `content` array. Returns the same array unless a part has fields that must not be sent on. */
export function parseParts(
  parts: readonly unknown[],
  allowed: ReadonlySet<string>,
  stripped: FieldNames,
): ContentPart[] | Problem {
  let copy: unknown[] | undefined;
  for (let index = 0; index < parts.length; index++) {
    const part = parsePart(parts[index], allowed, stripped);
    if (part instanceof Problem) return part.under(`content[${index}]`);
    if (part !== parts[index]) {
      copy ??= parts.slice();
      copy[index] = part;
    }
  }
  return (copy ?? parts) as ContentPart[];
}

function parsePart(part: unknown, allowed: ReadonlySet<string>, stripped: FieldNames): unknown {
  if (!isObject(part)) return expectedProblem('', 'an object such as {"type": "text", "text": "…"}', part);
  if (typeof part.type !== 'string' || !allowed.has(part.type)) {
    return expectedType(part.type, allowed);
  }
  switch (part.type) {
    case 'text':
      if (typeof part.text !== 'string') return expectedProblem('text', 'a string', part.text);
      return onlyFields(part, TEXT_KEYS, WHERE, stripped);
    case 'refusal':
      if (typeof part.refusal !== 'string') return expectedProblem('refusal', 'a string', part.refusal);
      return onlyFields(part, REFUSAL_KEYS, WHERE, stripped);
    case 'image_url':
      return parseImage(part, stripped);
    case 'input_audio':
      return parseAudio(part, stripped);
    default:
      return parseFile(part, stripped);
  }
}

function expectedType(type: unknown, allowed: ReadonlySet<string>): Problem {
  const names = [...allowed].map((name) => `"${name}"`).join(', ');
  return typeof type === 'string'
    ? new Problem('type', `must be one of ${names} in this message`)
    : expectedProblem('type', `one of ${names}`, type);
}

function parseImage(part: Json, stripped: FieldNames): Json | Problem {
  const image = part.image_url;
  if (!isObject(image)) return expectedProblem('image_url', 'an object such as {"url": "https://…"}', image);
  if (typeof image.url !== 'string' || !isImageUrl(image.url)) {
    return new Problem(
      'image_url.url',
      'must be an https: URL, or a data: URL of a picture (image/…), a PDF or plain text',
    );
  }
  if (isGiven(image.detail) && typeof image.detail !== 'string') {
    return expectedProblem('image_url.detail', '"auto", "low" or "high"', image.detail);
  }
  const inner = onlyFields(image, IMAGE_URL_KEYS, `${WHERE}.image_url`, stripped);
  const outer = onlyFields(part, IMAGE_KEYS, WHERE, stripped);
  return inner === image ? outer : { ...outer, image_url: inner };
}

/** True if the scheme can be that of a picture or a document. Carryon fetches no URL. image-hosts.ts checks the host. */
const isImageUrl = (url: string): boolean =>
  /^(https?:\/\/[^\s/]|data:(image\/[a-z0-9.+-]+|application\/pdf|text\/plain)(;[^,]*)?,)/i.test(url.slice(0, 512));

function parseAudio(part: Json, stripped: FieldNames): Json | Problem {
  const audio = part.input_audio;
  if (!isObject(audio)) return expectedProblem('input_audio', 'an object with "data" and "format"', audio);
  if (typeof audio.data !== 'string') return expectedProblem('input_audio.data', 'a base64 string', audio.data);
  if (typeof audio.format !== 'string') return expectedProblem('input_audio.format', '"wav" or "mp3"', audio.format);
  const inner = onlyFields(audio, INPUT_AUDIO_KEYS, `${WHERE}.input_audio`, stripped);
  const outer = onlyFields(part, AUDIO_KEYS, WHERE, stripped);
  return inner === audio ? outer : { ...outer, input_audio: inner };
}

function parseFile(part: Json, stripped: FieldNames): Json | Problem {
  const file = part.file;
  if (!isObject(file)) return expectedProblem('file', 'an object with "file_data" or "file_id"', file);
  for (const key of FILE_KEYS) {
    if (isGiven(file[key]) && typeof file[key] !== 'string')
      return expectedProblem(`file.${key}`, 'a string', file[key]);
  }
  const inner = onlyFields(file, FILE_KEYS, `${WHERE}.file`, stripped);
  const outer = onlyFields(part, FILE_PART_KEYS, WHERE, stripped);
  return inner === file ? outer : { ...outer, file: inner };
}
