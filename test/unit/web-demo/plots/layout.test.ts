import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaOf, layoutOf, lonePoints, pathOf } from '../../../../web-demo/plots/layout.ts';
import { momentText, type PlotData, rowsOf } from '../../../../web-demo/plots/plot-data.ts';
import { nearest, niceTicks, place, spread, timeTicks, valueAt } from '../../../../web-demo/plots/scale.ts';

const HOUR = 3_600_000;
const plot = (more: Partial<PlotData>): PlotData => ({
  name: 'a plot',
  lines: [],
  from: 0,
  to: 10 * HOUR,
  text: (value) => `${value} s`,
  when: (at) => `${at / HOUR} h`,
  tick: (at) => `${at / HOUR}`,
  empty: 'nothing yet',
  ...more,
});
const line = (values: (number | null)[]) => ({
  name: 'p95',
  tone: 'accent' as const,
  points: values.map((value, index) => ({ at: index * HOUR, value })),
});

describe('ticks of the y axis', () => {
  it.each([
    [0, 100, [0, 25, 50, 75, 100]],
    [0, 3.7, [0, 1, 2, 3, 4]],
    [0, 0.0093, [0, 0.0025, 0.005, 0.0075, 0.01]],
    [-0.4, 1, [-0.5, 0, 0.5, 1]],
    [5, 5, [5]],
  ])('from %d to %d', (from, to, ticks) => expect(niceTicks(from, to)).toEqual(ticks));

  it('cover what is shown, in equal steps and not too many', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (to) => {
        const ticks = niceTicks(0, to);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(to * (1 - 1e-6));
        expect(ticks.length).toBeLessThanOrEqual(6);
      }),
    );
  });
});

it('ticks of time stand on round hours and days of the reader’s zone', () => {
  const india = 5.5 * HOUR;
  expect(timeTicks(0, 10 * HOUR, 5, 0)).toEqual([0, 2, 4, 6, 8, 10].slice(0, 6).map((hour) => hour * HOUR));
  for (const at of timeTicks(0, 30 * 24 * HOUR, 5, india)) expect((at + india) % (24 * HOUR)).toBe(0);
  expect(timeTicks(0, 400 * 24 * HOUR, 4, 0).length).toBeLessThanOrEqual(5);
});

it('a value’s place and the value at a place are each other’s inverse', () => {
  const scale = { from: 3, to: 8, start: 200, end: 20 };
  expect(place(scale, 3)).toBe(200);
  expect(place(scale, 8)).toBe(20);
  for (const value of [3, 4.2, 8]) expect(valueAt(scale, place(scale, value))).toBeCloseTo(value, 9);
});

it('labels are moved apart, keep their order and stay within', () => {
  expect(spread([50, 52, 10], 15, 0, 100)).toEqual([50, 65, 10]);
  expect(spread([98, 99, 100], 15, 0, 100)).toEqual([70, 85, 100]);
  expect(spread([], 15, 0, 100)).toEqual([]);
});

it('the nearest time is found', () => {
  expect(nearest([0, 10, 20], 14)).toBe(1);
  expect(nearest([0, 10, 20], 1e9)).toBe(2);
  expect(nearest([], 5)).toBe(-1);
});

describe('a layout', () => {
  it('has y from 0 although nothing is near it, and the promise within', () => {
    const data = plot({ lines: [line([2, 3])], levels: [{ value: 9, text: 'promise', tone: 'bad' }] });
    const { y } = layoutOf(data, 600, 240);
    expect([y.from, y.to]).toEqual([0, 10]);
  });

  it('keeps a highest that is named, such as 100 %', () => {
    const { y, yTicks } = layoutOf(plot({ lines: [line([0.4, 0.98])], lowest: 0, highest: 1 }), 600, 240);
    expect([y.from, y.to, yTicks.at(-1)]).toEqual([0, 1, 1]);
  });

  it('never joins a gap', () => {
    const data = plot({ lines: [line([1, 2, null, 3, null, 4, 5])] });
    const layout = layoutOf(data, 600, 240);
    const points = data.lines[0]?.points ?? [];
    // Two runs of two points and one alone.
    expect(pathOf(points, layout).match(/M/g)).toHaveLength(2);
    expect(lonePoints(points)).toEqual([{ at: 3 * HOUR, value: 3 }]);
    expect(areaOf(points, layout).match(/Z/g)).toHaveLength(2);
  });
});

it('rows have every time once, and say what was measured then', () => {
  const data = plot({
    lines: [line([1, null]), { name: 'p50', tone: 'faint', points: [{ at: HOUR, value: 0.5 }] }],
  });
  const rows = rowsOf(data.lines);
  expect(rows).toEqual([
    { at: 0, values: [1, null] },
    { at: HOUR, values: [null, 0.5] },
  ]);
  expect(rows.map((row) => momentText(data, row))).toEqual(['0 h: p95 1 s', '1 h: p50 0.5 s']);
  expect(momentText(data, { at: 0, values: [null, null] })).toBe('0 h: no data');
});
