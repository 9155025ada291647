import fc from 'fast-check';
import { expect, it } from 'vitest';
import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';

const written = (text: string): number => new TextEncoder().encode(text).byteLength;

it.each([
  ['', 0],
  ['ascii \u007f', 7],
  ['\u0080é\u07ff', 6],
  ['\u0800— \uffff', 10],
  ['😀', 4],
  ['\ud800', 3],
  ['\udc00', 3],
  ['\udc00\ud800', 6],
  ['\ud800\ud800\udc00', 7],
  ['\ud800x', 4],
])('%j is %i bytes', (text, bytes) => {
  expect(utf8Bytes(text)).toBe(bytes);
  expect(written(text)).toBe(bytes);
});

it('is what TextEncoder writes, lone surrogates and all', () => {
  const unit = fc.oneof(fc.nat({ max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff }));
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(unit).map((units) => String.fromCharCode(...units)),
  );
  fc.assert(
    fc.property(text, (one) => {
      expect(utf8Bytes(one)).toBe(written(one));
    }),
    { numRuns: 2_000 },
  );
});
