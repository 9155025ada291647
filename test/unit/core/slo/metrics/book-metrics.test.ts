import { describe, expect, it } from 'vitest';
import { NO_LIMITS } from '../../../../../worker/core/ledger/types.ts';
import type { Book } from '../../../../../worker/core/slo/book/book.ts';
import { bookMetrics } from '../../../../../worker/core/slo/metrics/book-metrics.ts';
import type { RequestRecord } from '../../../../../worker/core/slo/record.ts';
import { bookOf, record, SLO } from '../book/support/records.ts';

const AT = 20_000 * 86_400_000;
const limited = (rps: number | null) => ({ limits: { ...NO_LIMITS, rps } });

function metricsOf(book: Book, tenants: Record<string, number> = {}): string[] {
  const config = {
    slo: SLO,
    telemetry: { receivers: [{ name: 'otlp_traces' }] },
    tenants: new Map(Object.entries(tenants).map(([name, rps]) => [name, limited(rps)])),
    features: new Map([
      ['chat', limited(null)],
      ['search', limited(2)],
    ]),
  };
  return bookMetrics(book, config, AT).split('\n');
}

const withRecords = (...records: Partial<RequestRecord>[]): Book => {
  const book = bookOf();
  for (const one of records) book.add(record(one), AT);
  return book;
};

describe('the metrics of the book', () => {
  it('begin at 0 for every feature and objective', () => {
    const lines = metricsOf(bookOf());
    for (const feature of ['chat', 'search']) {
      for (const outcome of ['good', 'bad']) {
        expect(lines).toContain(
          `carryon_requests_total{tenant="",feature="${feature}",outcome="${outcome}",code=""} 0`,
        );
        expect(lines).toContain(`carryon_slo_events_total{objective="${feature}-ttft",outcome="${outcome}"} 0`);
      }
      expect(lines).toContain(`carryon_cost_usd_total{tenant="",feature="${feature}"} 0`);
      expect(lines).toContain(`carryon_ttft_seconds_bucket{feature="${feature}",deployment="",le="2.5"} 0`);
      expect(lines).toContain(`carryon_request_duration_seconds_count{feature="${feature}"} 0`);
    }
    // Or the first loss of records would be no rise of a counter, and tell nobody.
    for (const sink of ['book', 'otlp_traces']) expect(lines).toContain(`carryon_dropped_total{sink="${sink}"} 0`);
    expect(lines.some((line) => line.startsWith('carryon_slo_burn_rate{'))).toBe(false);
  });

  it('have money in USD, times in seconds, and a bucket bound at each promise', () => {
    const lines = metricsOf(withRecords({ costMicroUsd: 1_250_000, ttftMs: 1_500 }, { ttftMs: 2_501 }));
    expect(lines).toContain('carryon_cost_usd_total{tenant="acme",feature="chat"} 1.2512');
    expect(lines).toContain('carryon_ttft_seconds_bucket{feature="chat",deployment="one",le="2.5"} 1');
    expect(lines).toContain('carryon_ttft_seconds_sum{feature="chat",deployment="one"} 4.001');
    expect(lines).toContain('carryon_slo_events_total{objective="chat-ttft",outcome="bad"} 1');
    expect(lines).toContain('carryon_slo_burn_rate{objective="chat-ttft",window="5m"} 10');
    expect(lines).toContain('carryon_slo_budget_remaining_ratio{objective="chat-ttft"} -9');
  });

  it('count the costs of averages apart, without those of excluded requests', () => {
    const stopped = { code: 'stopped', ending: 'cut' } as const;
    const lines = metricsOf(withRecords({ costMicroUsd: 100 }, { costMicroUsd: 900, ...stopped }));
    expect(lines).toContain('carryon_cost_usd_total{tenant="acme",feature="chat"} 0.001');
    expect(lines).toContain('carryon_slo_cost_usd_total{feature="chat"} 0.0001');
    expect(lines).toContain('carryon_slo_cost_usd_total{feature="search"} 0');
  });

  it('count attempts, hops, tokens and answers from the cache', () => {
    const lines = metricsOf(withRecords({ hops: 2, cache: 'miss', cachedTokens: 60 }, { cache: 'hit', attempts: [] }));
    expect(lines).toContain('carryon_attempts_total{deployment="one",provider="openai",result="success"} 1');
    expect(lines).toContain('carryon_failovers_total{feature="chat"} 2');
    expect(lines).toContain('carryon_tokens_total{deployment="one",kind="cached"} 60');
    expect(lines).toContain('carryon_cache_total{feature="chat",result="hit"} 1');
  });

  it('hold nothing that a client wrote', () => {
    const marker = 'MARKER';
    const book = withRecords({
      ...{ requestId: marker, userHash: marker, feature: marker, alias: marker, keyId: marker, promptVersion: marker },
      ...{ traceparent: marker, class: marker, colo: marker, build: marker, drill: null, experiment: marker },
    });
    const lines = metricsOf(book);
    expect(lines.join('\n')).not.toContain(marker);
    expect(lines).toContain('carryon_requests_total{tenant="acme",feature="unknown",outcome="good",code=""} 1');
  });

  it('distinguish an unknown feature from no feature', () => {
    const refused = { ending: 'refused', feature: null } as const;
    const lines = metricsOf(
      withRecords({ ...refused, code: 'unknown_feature' }, { ...refused, tenant: null, code: 'invalid_key' }),
    );
    const excluded = (labels: string, code: string) =>
      `carryon_requests_total{${labels},outcome="excluded",code="${code}"} 1`;
    expect(lines).toContain(excluded('tenant="acme",feature="unknown"', 'unknown_feature'));
    expect(lines).toContain(excluded('tenant="",feature=""', 'invalid_key'));
  });

  it('are bounded, however many tenants there are', () => {
    const tenants = Array.from({ length: 500 }, (_, index) => ({ tenant: `tenant-${index}` }));
    const lines = metricsOf(withRecords(...tenants));
    const named = new Set(lines.flatMap((line) => /tenant="([^"]+)"/.exec(line)?.[1] ?? []));
    expect(named.size).toBe(201);
    expect(lines).toContain('carryon_requests_total{tenant="other",feature="chat",outcome="good",code=""} 300');
  });

  it('say how much of a rate the last minute used, refused requests included', () => {
    const refused = { code: 'rate_limit_exceeded', ending: 'refused', status: 429 } as const;
    const book = withRecords(
      ...Array(30).fill({}),
      ...Array(30).fill(refused),
      ...Array(6).fill({ feature: 'search' }),
    );
    const lines = metricsOf(book, { acme: 1.1 }).filter((line) => line.startsWith('carryon_rate_limit_saturation'));
    expect(lines).toEqual([
      'carryon_rate_limit_saturation_ratio{scope="tenant:acme"} 1',
      'carryon_rate_limit_saturation_ratio{scope="tenant:acme|feature:search"} 0.05',
    ]);
  });
});
