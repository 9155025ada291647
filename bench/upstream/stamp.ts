import { nowMicros } from '../clock.ts';

/** Every streamed word carries the time it was sent, and the first one also the time its request arrived: `@s00001234567890`
 * and `@a00001234567890`, in microseconds. Digits survive any re-encoding of the JSON around them. */
export const SENT_MARK = '@s';
export const ARRIVED_MARK = '@a';
const DIGITS = 14;
const STAMP_LENGTH = SENT_MARK.length + DIGITS;

export function stamp(mark: string, micros: number = nowMicros()): string {
  return mark + String(micros).padStart(DIGITS, '0');
}

/** Finds the stamps and the final `[DONE]` in a stream's bytes, however they are split. */
export class StampScanner {
  arrivedAtMicros: number | undefined;
  sentAtMicros: number[] = [];
  done = false;
  #carried = '';

  push(segment: Buffer): void {
    const text = this.#carried + segment.toString('latin1');
    let from = 0;
    for (let at = text.indexOf('@'); at >= 0 && at + STAMP_LENGTH <= text.length; at = text.indexOf('@', at + 1)) {
      const micros = Number(text.slice(at + SENT_MARK.length, at + STAMP_LENGTH));
      if (text.startsWith(SENT_MARK, at)) this.sentAtMicros.push(micros);
      else if (text.startsWith(ARRIVED_MARK, at)) this.arrivedAtMicros = micros;
      from = at + STAMP_LENGTH;
    }
    if (text.includes('[DONE]', from)) this.done = true;
    this.#carried = text.slice(Math.max(from, text.length - STAMP_LENGTH + 1));
  }
}
