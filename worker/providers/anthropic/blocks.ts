import type { Json } from '../../../protocol/json.ts';
import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';
import { mayHoldWrittenNumber, parseJson } from '../../../protocol/written-number.ts';
import { generatedBytes } from '../shared/generated-bytes.ts';

/** The content block of an event, with the numbers of its input as the model wrote them. */
export function withWrittenNumbers(block: Json, data: string): unknown {
  try {
    return mayHoldWrittenNumber(data) ? (parseJson(data) as Json).content_block : block;
  } catch {
    return block; // nested too deeply for that, which is reported when it is written
  }
}

/** UTF-8 bytes that the model generated in `value`. If it is nested too deeply, this is the length of the whole event. */
export const bytesIn = (value: unknown, data: string): number => generatedBytes(value) ?? utf8Bytes(data);
