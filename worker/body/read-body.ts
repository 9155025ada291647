/**
 * Reads a client's body as a string. Before anything is parsed, the body's bytes, its time, and what the isolate holds at once are
 * limited. gzip and deflate are unpacked, and the limits count the unpacked bytes.
 */
import type { ChatRequest } from '../../protocol/chat.ts';
import type { RouterError } from '../../protocol/errors.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import type { HeldBytes } from '../core/bytes-in-flight.ts';
import { within } from '../core/within.ts';
import type { Clock } from '../ports.ts';

/** The largest body, in bytes. */
export interface BodyLimits {
  /** The most for a body without pictures and files. */
  textBytes: number;
  /** The most for a body that has pictures or files within its first `textBytes`. */
  mediaBytes: number;
}

/** Up to this size a body is read natively and counted by its announced length. A larger body is counted as it arrives. */
const SMALL_BODY_BYTES = 262_144;
/** The time for a body, plus a millisecond for every five bytes that arrive. 5 kB/s is the speed of a phone at the edge of a cell. */
const LEAST_BODY_MS = 10_000;
const BYTES_A_MS = 5;
const MOST_BODY_MS = 60_000;
const allowedMs = (bytes: number): number => Math.min(MOST_BODY_MS, LEAST_BODY_MS + Math.ceil(bytes / BYTES_A_MS));

/** Names of content parts that may carry a picture, a file or sound. */
const MEDIA = /"(?:image_url|file_data|input_audio)"/;

const UNPACKED: Readonly<Record<string, 'gzip' | 'deflate'>> = { gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate' };

/** The body as a string, or the error that refuses it. */
type BodyRead = Result<string, RouterError>;

const tooLarge = (limitBytes: number): BodyRead => refused({ code: 'payload_too_large', limitBytes });
const LATE = Symbol('late');
const tooLate = (limitMs: number): BodyRead => refused({ code: 'body_timeout', limitMs });
const OVERLOADED: BodyRead = refused({
  code: 'overloaded',
  retryAfterMs: 1_000,
  detail: 'Too many large requests are under way here. Ask again shortly.',
});

/** Reads the body. `weight` counts its bytes against what the isolate may hold. */
export async function readBody(
  request: Request,
  limits: BodyLimits,
  clock: Clock,
  weight: HeldBytes,
): Promise<BodyRead> {
  const { headers } = request;
  const encoding = (headers.get('content-encoding') ?? '').trim().toLowerCase();
  const isPacked = encoding !== '' && encoding !== 'identity';
  const unpacking = Object.hasOwn(UNPACKED, encoding) ? UNPACKED[encoding] : undefined;
  if (isPacked && unpacking === undefined)
    return refused({ code: 'unsupported_encoding', encoding: encoding.slice(0, 100) });
  const announced = headers.has('transfer-encoding') ? null : headers.get('content-length');
  const bytes = announced === null ? undefined : Number(announced);
  if (bytes !== undefined && bytes > limits.mediaBytes) return tooLarge(limits.mediaBytes);
  try {
    if (bytes !== undefined && !isPacked && bytes <= Math.min(SMALL_BODY_BYTES, limits.textBytes)) {
      if (!weight.take(bytes)) return OVERLOADED;
      const ms = allowedMs(bytes);
      const text = await within(request.text(), ms, clock, LATE);
      return text === LATE ? tooLate(ms) : ok(text);
    }
    // `body` is read only here, because reading it makes the runtime create an object.
    const { body } = request;
    if (body === null) return ok('');
    const stream = unpacking === undefined ? body : body.pipeThrough(new DecompressionStream(unpacking));
    return await readStream(stream, limits, clock, weight);
  } catch {
    // Either the client broke off its upload, or the body is not what its header says.
    const detail = `says ${encoding}, but the body cannot be unpacked`;
    return refused(isPacked ? { code: 'invalid_body', param: 'content-encoding', detail } : { code: 'client_gone' });
  }
}

async function readStream(
  stream: ReadableStream<Uint8Array>,
  { textBytes, mediaBytes }: BodyLimits,
  clock: Clock,
  weight: HeldBytes,
): Promise<BodyRead> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const startedAt = clock.now();
  let [text, bytes, limit] = ['', 0, textBytes];
  let callOff = () => {};
  const late = new Promise<'late'>((resolve) => {
    const wait = (ms: number) => {
      callOff = clock.after(ms, () => {
        const leftMs = startedAt + allowedMs(bytes) - clock.now();
        if (leftMs > 0) wait(leftMs);
        else resolve('late');
      });
    };
    wait(allowedMs(0));
  });
  const stop = (why: BodyRead): BodyRead => {
    reader.cancel().catch(() => {});
    return why;
  };
  try {
    for (;;) {
      const read = await Promise.race([reader.read(), late]);
      if (read === 'late') return stop(tooLate(allowedMs(bytes)));
      if (read.done) return ok(text + decoder.decode());
      bytes += read.value.byteLength;
      text += decoder.decode(read.value, { stream: true });
      if (bytes > limit && limit < mediaBytes && MEDIA.test(text)) limit = mediaBytes;
      if (bytes > limit) return stop(tooLarge(limit));
      if (!weight.take(read.value.byteLength)) return stop(OVERLOADED);
    }
  } finally {
    callOff();
  }
}

/** True if a body is too long even without the pictures and files in it. */
export function isTextTooLong(text: string, chat: ChatRequest, textBytes: number): boolean {
  return isLonger(text, textBytes) && isLonger(text, textBytes + mediaUnits(chat));
}

/** Compares the length in UTF-8 bytes, which are counted only if the string could be too long. */
const isLonger = (text: string, bytes: number): boolean =>
  text.length > bytes || (text.length * 3 > bytes && new TextEncoder().encode(text).byteLength > bytes);

function mediaUnits({ messages }: ChatRequest): number {
  let units = 0;
  for (const { content } of messages) {
    if (!Array.isArray(content)) continue;
    for (const part of content) {
      if (part.type === 'image_url') {
        const { url } = part.image_url;
        if (/^data:/i.test(url)) units += url.length;
      } else if (part.type === 'file') units += lengthOf((part.file as { file_data?: unknown }).file_data);
      else if (part.type === 'input_audio') units += lengthOf((part.input_audio as { data?: unknown }).data);
    }
  }
  return units;
}

const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);
