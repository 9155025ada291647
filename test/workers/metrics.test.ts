/** `GET /metrics` on the object that counts. */
import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../worker/app.ts';
import { packRecords } from '../../worker/core/slo/packed.ts';
import { compose } from '../../worker/deps.ts';
import type { UncheckedEnv } from '../../worker/env.ts';
import { recordOf } from '../unit/core/slo/support/record.ts';

const ADMIN = { authorization: 'Bearer sk-local-admin-key' };

beforeAll(async () => {
  const now = Date.now();
  const records = [
    recordOf({ arrivedAt: now, hops: 1 }),
    recordOf({ arrivedAt: now, code: 'budget_exceeded', ending: 'refused', ttftMs: null, attempts: [] }),
  ];
  const book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName('book'));
  const body = JSON.stringify({ records: packRecords(records, () => false), dropped: { langfuse: 3 } });
  await book.record({ source: 'test', seq: 0, sentAt: now, body });
});

const scrape = (headers: Record<string, string> = ADMIN, method = 'GET') =>
  exports.default.fetch(new Request('http://localhost/metrics', { method, headers }));

/** The same of a Worker with another environment. */
async function scrapeOf(other: Partial<UncheckedEnv>, headers: Record<string, string>): Promise<Response> {
  const app = createApp(() => compose({ ...env, ...other }));
  const request = new Request('http://localhost/metrics', { headers }) as Parameters<typeof app>[0];
  return app(request, env, createExecutionContext());
}
const codeOf = async (response: Response) =>
  `${response.status} ${(await response.json<{ error: { code: string } }>()).error.code}`;

describe('GET /metrics', () => {
  it('says what was counted, how promises stand, and what this isolate knows', async () => {
    const response = await scrape();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    for (const line of [
      'carryon_requests_total{tenant="acme",feature="chat",outcome="good",code=""} 1',
      'carryon_requests_total{tenant="acme",feature="chat",outcome="excluded",code="budget_exceeded"} 1',
      'carryon_requests_total{tenant="",feature="summarize",outcome="bad",code=""} 0',
      'carryon_slo_events_total{objective="chat-success",outcome="good"} 1',
      'carryon_slo_events_total{objective="chat-success",outcome="bad"} 0',
      'carryon_failovers_total{feature="chat"} 1',
      'carryon_dropped_total{sink="langfuse"} 3',
      'carryon_ttft_seconds_bucket{feature="chat",deployment="a",le="2.5"} 1',
      'carryon_slo_target_ratio{objective="chat-success"} 0.995',
      'carryon_slo_burn_rate{objective="chat-success",window="1h"} 0',
      'carryon_deployment_resting{deployment="a"} 0',
    ]) {
      expect(text).toContain(`\n${line}\n`);
    }
    expect(text).toMatch(/\ncarryon_build_info\{version="[^"]+"\} 1\n$/);
  });

  it('is for admin keys, and only to be read', async () => {
    expect(await codeOf(await scrape({}))).toBe('401 invalid_admin_key');
    expect(await codeOf(await scrape({ authorization: 'Bearer sk-local-carryon' }))).toBe('401 invalid_admin_key');
    const posted = await scrape(ADMIN, 'POST');
    expect([await codeOf(posted), posted.headers.get('allow')]).toEqual(['405 method_not_allowed', 'GET']);
  });

  it('is opened by METRICS_TOKEN alone where that is set', async () => {
    const METRICS_TOKEN = 'a-token-for-the-scraper';
    expect((await scrapeOf({ METRICS_TOKEN }, { authorization: `Bearer ${METRICS_TOKEN}` })).status).toBe(200);
    // The file that Prometheus reads ends in a newline.
    const ofFile = { METRICS_TOKEN: `${METRICS_TOKEN}\n` };
    expect((await scrapeOf(ofFile, { authorization: `Bearer ${METRICS_TOKEN}` })).status).toBe(200);
    expect(await codeOf(await scrapeOf({ METRICS_TOKEN }, ADMIN))).toBe('401 invalid_metrics_token');
    expect(await codeOf(await scrapeOf({ METRICS_TOKEN }, {}))).toBe('401 invalid_metrics_token');
  });

  it('fails while the book does not answer, so that Prometheus sees a gap and no restart', async () => {
    const gone = { get: () => ({ metrics: () => Promise.reject(new Error('gone')) }), idFromName: () => 'book' };
    const SLO_BOOK = gone as unknown as UncheckedEnv['SLO_BOOK'];
    const log = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(await codeOf(await scrapeOf({ SLO_BOOK }, ADMIN))).toBe('503 book_unavailable');
    expect(log).toHaveBeenCalledWith(expect.stringContaining('"event":"book_unreachable"'));
  });
});
