import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARRIVED_MARK, SENT_MARK, StampScanner, stamp } from '../../../bench/upstream/stamp.ts';

describe('StampScanner', () => {
  it('finds every stamp and the end, however the bytes are split', () => {
    const text = `data: {"content":"${stamp(ARRIVED_MARK, 5)} ${stamp(SENT_MARK, 17)} word"}\n\ndata: {"content":"${stamp(SENT_MARK, 23)} @ word"}\n\ndata: [DONE]\n\n`;
    fc.assert(
      fc.property(fc.array(fc.nat({ max: text.length }), { maxLength: 30 }), (places) => {
        const scanner = new StampScanner();
        let from = 0;
        for (const place of [...places.sort((one, other) => one - other), text.length]) {
          scanner.push(Buffer.from(text.slice(from, place)));
          from = place;
        }
        expect(scanner).toMatchObject({ arrivedAtMicros: 5, sentAtMicros: [17, 23], done: true });
      }),
    );
  });

  it('does not call a stream done that was cut', () => {
    const scanner = new StampScanner();
    scanner.push(Buffer.from(`${stamp(SENT_MARK)} [DON`));
    expect(scanner.done).toBe(false);
  });
});
