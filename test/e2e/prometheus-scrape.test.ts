/** A real Prometheus scrapes the router under load. What it computes itself is what the router says of its promises. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prometheusFiles } from '../../cli/slo/prometheus-files.ts';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import type { SloReport } from '../../worker/core/slo/report.ts';
import { type AskOptions, ask } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { PROMISED } from '../support/configs/promises.ts';
import { freePorts } from '../support/free-ports.ts';
import { prometheusTool, promtool } from '../support/prometheus-tools.ts';
import { until } from '../support/until.ts';
import { sloFor } from '../unit/core/slo/support/slo-for.ts';

const METRICS_TOKEN = 'a-token-of-the-scraper';
const bench = await startBench({
  config: 'promises',
  isolates: ['first', 'second'],
  variables: { METRICS_TOKEN },
});
const directory = await mkdtemp(join(tmpdir(), 'carryon-scrape-'));
const prometheus = await startPrometheus();
afterAll(async () => {
  await prometheus.stop();
  await bench.stop();
  await rm(directory, { recursive: true, force: true });
});

/** With the rules as they are generated, evaluated each second. */
async function startPrometheus() {
  const [port] = await freePorts(1);
  const slo = sloFor(['chat', 'search'], PROMISED);
  const rules = prometheusFiles({ slo, publicUrl: undefined }).get('rules.yml') ?? '';
  await writeFile(join(directory, 'rules.yml'), rules.replaceAll(/interval: \w+/g, 'interval: 1s'));
  const scrape = {
    job_name: 'carryon',
    authorization: { credentials: METRICS_TOKEN },
    static_configs: [{ targets: [new URL(bench.url).host] }],
  };
  const config = { global: { scrape_interval: '1s' }, rule_files: ['rules.yml'], scrape_configs: [scrape] };
  await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(config));
  const child = spawn(
    prometheusTool('prometheus'),
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'inherit' },
  );
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('Prometheus is ready', isReady);
  return {
    /** The value of an expression that has one; undefined where it has none. */
    async value(expr: string): Promise<number | undefined> {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?${new URLSearchParams({ query: expr })}`);
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      if (data.result.length > 1) throw new Error(`${expr} has ${data.result.length} values`);
      const [one] = data.result;
      return one && Number(one.value[1]);
    },
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function report(): Promise<SloReport> {
  const headers = { authorization: `Bearer ${LOCAL_ADMIN_KEY}` };
  return (await fetch(`${bench.url}/admin/slo`, { headers })).json() as Promise<SloReport>;
}
const found = ({ objectives }: SloReport, name: string) => objectives.find((one) => one.name === name);

/** So many questions, alternately to both isolates. */
async function load(count: number, options: (index: number) => AskOptions): Promise<number[]> {
  const urls = Object.values(bench.urls);
  const statuses: number[] = [];
  for (let begin = 0; begin < count; begin += 10) {
    const batch = Array.from({ length: Math.min(10, count - begin) }, async (_, offset) => {
      const response = await ask(urls[(begin + offset) % 2] ?? '', options(begin + offset));
      await response.text();
      return response.status;
    });
    statuses.push(...(await Promise.all(batch)));
  }
  return statuses;
}

const ofSearch = { headers: { 'x-carryon-feature': 'search' } };

describe('under load', () => {
  it('Prometheus computes the same success, times and costs as the router says, and pages', async () => {
    // It sees each counter at 0 before the first request.
    await until(
      'the first scrape',
      async () => (await prometheus.value('objective:carryon_slo_bad:sum{objective="success"}')) === 0,
    );
    await load(120, (index) => ({
      stream: index % 3 === 0,
      ...(index % 2 === 0 && ofSearch),
      question: `Q ${index % 40}`,
    }));
    await load(6, () => ({ headers: { authorization: 'Bearer sk-wrong' } }));
    await bench.sandbox.setFault('openai', '500');
    await bench.sandbox.setFault('anthropic', '500');
    const failed = await load(12, (index) => ({ question: `down ${index}` }));
    expect(failed.every((status) => status === 503)).toBe(true);

    await until('all are in the book', async () => found(await report(), 'success')?.total === 132);
    const said = await report();
    const success = found(said, 'success');
    expect(success).toMatchObject({ good: 120, total: 132, excluded: { key: 6 } });

    const counted = 'sum(carryon_requests_total{outcome=~"good|bad"})';
    await until('all are scraped', async () => (await prometheus.value(counted)) === 132);
    const share = `sum(carryon_requests_total{outcome="good"}) / ${counted}`;
    expect(await prometheus.value(share)).toBeCloseTo(success?.value ?? Number.NaN, 12);

    for (const { name, value, burnRates } of said.objectives) {
      const ratio = `1 - objective:carryon_slo_error_ratio:increase1h{objective="${name}"}`;
      const isSame = async () => Math.abs(((await prometheus.value(ratio)) ?? 2) - (value ?? -1)) < 1e-9;
      await until(`Prometheus computes ${value} for ${name}`, isSame, 20_000);
      const burnRate = await prometheus.value(`carryon_slo_burn_rate{objective="${name}",window="1h"}`);
      expect(burnRate, name).toBeCloseTo(burnRates['1h'] ?? Number.NaN, 9);
    }
    const page =
      'ALERTS{alertname="CarryonBudgetBurns",objective="success",severity="page",window="1h",alertstate="firing"}';
    await until('the page', async () => (await prometheus.value(page)) === 1);
  });

  it('promtool finds nothing wrong with the metrics', async () => {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    const text = await (await fetch(`${bench.url}/metrics`, { headers })).text();
    expect(text).toContain('carryon_requests_total{tenant="local",feature="chat",outcome="good",code=""}');
    expect(await promtool(['check', 'metrics'], text)).toEqual({ code: 0, output: '' });
  });
});
