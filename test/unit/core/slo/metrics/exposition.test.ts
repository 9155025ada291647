import { describe, expect, it } from 'vitest';
import { bucketBound } from '../../../../../worker/core/slo/metrics/bucket-bound.ts';
import { histogramText, type Metric, metricText } from '../../../../../worker/core/slo/metrics/exposition.ts';

const metric = (name: string, type: Metric['type'], ...labels: string[]): Metric => ({
  ...{ name, type, labels, help: 'What it counts.' },
});

describe('the text that Prometheus reads', () => {
  it('describes a metric, then has a line for each value', () => {
    expect(
      metricText(metric('carryon_x_total', 'counter', 'tenant', 'code'), [
        [['acme', ''], 3],
        [['other', 'invalid_key'], 1e21],
      ]),
    ).toBe(`# HELP carryon_x_total What it counts.
# TYPE carryon_x_total counter
carryon_x_total{tenant="acme",code=""} 3
carryon_x_total{tenant="other",code="invalid_key"} 1e+21
`);
    expect(metricText(metric('carryon_info', 'gauge'), [[[], 1]])).toContain('\ncarryon_info 1\n');
  });

  it('keeps a label in its quotes, whatever it holds', () => {
    expect(metricText(metric('x', 'gauge', 'name'), [[['a"b\\c\nd} 5'], 1]])).toContain(
      '\nx{name="a\\"b\\\\c\\nd} 5"} 1\n',
    );
  });

  it('writes NaN and infinity in Prometheus’ own words', () => {
    const values = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -0.25];
    expect(
      metricText(
        metric('x', 'gauge', 'n'),
        values.map((value, index) => [[String(index)], value]),
      ),
    ).toMatch(/\+Inf\n.* -Inf\n.* NaN\n.* -0\.25\n$/);
  });

  it('adds up a histogram bucket by bucket, in seconds', () => {
    const samples = [[['chat'], { counts: [1, 0, 2, 4], sumMs: 12_345 }]] as const;
    expect(histogramText(metric('x_seconds', 'histogram', 'feature'), [250, 1_000, 2_500], samples)).toBe(
      `# HELP x_seconds What it counts.
# TYPE x_seconds histogram
x_seconds_bucket{feature="chat",le="0.25"} 1
x_seconds_bucket{feature="chat",le="1.0"} 1
x_seconds_bucket{feature="chat",le="2.5"} 3
x_seconds_bucket{feature="chat",le="+Inf"} 7
x_seconds_sum{feature="chat"} 12.345
x_seconds_count{feature="chat"} 7
`,
    );
  });

  it.each([
    [100, '0.1'],
    [1_000, '1.0'],
    [2_500, '2.5'],
    [60_000, '60.0'],
    [1, '0.001'],
  ])('a bound of %d ms is le="%s", with Prometheus 2 and 3', (ms, le) => {
    expect(bucketBound(ms)).toBe(le);
  });
});
