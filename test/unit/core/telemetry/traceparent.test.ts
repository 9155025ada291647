import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkedTraceparent } from '../../../../worker/core/telemetry/traceparent.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

it.each([
  [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`],
  [`00-${TRACE}-${SPAN}-00`, `00-${TRACE}-${SPAN}-00`],
  // A later version is read as far as it is known.
  [`01-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`],
  [`cc-${TRACE}-${SPAN}-01-what-comes`, `00-${TRACE}-${SPAN}-01`],
])('%s is kept', (header, kept) => {
  expect(checkedTraceparent(header)).toBe(kept);
});

it.each([
  null,
  '',
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
  `cc-${TRACE}-${SPAN}-01.more`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE.slice(1)}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-1`,
  `00-${TRACE}-${SPAN}`,
  ` 00-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01\n`,
  `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
  `cc-${TRACE}-${SPAN}-01-${'x'.repeat(600)}`,
])('%j is none', (header) => {
  expect(checkedTraceparent(header)).toBeNull();
});

it('keeps nothing but 55 characters of hex and dashes, whatever is sent', () => {
  const nearly = fc.stringMatching(/^[0-9a-g]{2}-[0-9a-g]{31,33}-[0-9a-g]{15,17}-[0-9a-g]{2}(-.*)?$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), nearly), (header) => {
      const kept = checkedTraceparent(header);
      expect(kept === null || /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(kept)).toBe(true);
    }),
  );
});
