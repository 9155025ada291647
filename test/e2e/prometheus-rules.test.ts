/** The files of `npm run slo -- prometheus`, checked by Prometheus's own tool: which alerts fire on which series, and which do not. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboard } from '../../cli/slo/dashboard.ts';
import { prometheusFiles } from '../../cli/slo/prometheus-files.ts';
import { promtool } from '../support/prometheus-tools.ts';
import { sloFor } from '../unit/core/slo/support/slo-for.ts';

const SLO = sloFor(
  ['chat'],
  {
    service: "Ana's assistant",
    objectives: [
      { name: 'success', sli: 'success', feature: 'chat', target: 99.5, team: 'ai' },
      { name: 'ttft', sli: 'ttft', feature: 'chat', under: '2s', target: 95 },
      { name: 'loose', sli: 'latency', under: '1.5s', target: 90, window: '7d' },
      { name: 'cheap', sli: 'cost', feature: 'chat', atMostUsd: 0.02, target: 99 },
      { name: 'retrieval', sli: 'external', target: 99.5 },
      { name: 'all', of: ['success', 'ttft', 'retrieval'] },
    ],
    averages: [{ name: 'average', feature: 'chat', averageUsd: 0.015 }],
  },
  {},
);

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'carryon-prometheus-'));
  for (const [name, text] of prometheusFiles({ slo: SLO, publicUrl: undefined })) {
    await writeFile(join(directory, name), text);
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const UP = { series: 'carryon_build_info{version="1"}', values: '1x6000' };
const requests = (outcome: string, more = '') => `carryon_requests_total{feature="chat",outcome="${outcome}"${more}}`;

interface Series {
  series: string;
  values: string;
}

/** All alerts that fire at each of these times, once a minute was evaluated since 0, as `NAME OBJECTIVE SEVERITY WINDOW`. */
async function firing(times: readonly string[], series: readonly Series[]): Promise<string[][]> {
  const expr = 'count by (alertname, objective, severity, window) (ALERTS{alertstate="firing"})';
  // Never what there is, so that promtool says what there is instead.
  const exp_samples = [{ labels: '{never="this"}', value: 1 }];
  const promql_expr_test = times.map((eval_time) => ({ expr, eval_time, exp_samples }));
  const tests = [{ interval: '1m', input_series: series, promql_expr_test }];
  const path = join(directory, 'test.json');
  await writeFile(path, JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1m', tests }));
  const { output } = await promtool(['test', 'rules', path]);
  const found = output.split('got:').slice(1);
  if (found.length !== times.length) throw new Error(output);
  return found.map((text) =>
    [...text.matchAll(/\{([^}]*)\}/g)]
      .map(
        ([, labels = '']) => new Map([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value])),
      )
      .filter((labels) => labels.has('alertname'))
      .map((labels) =>
        ['alertname', 'objective', 'severity', 'window'].flatMap((name) => labels.get(name) ?? []).join(' '),
      )
      .sort(),
  );
}

const burns = (objective: string) => [
  `CarryonBudgetBurns ${objective} page 1h`,
  `CarryonBudgetBurns ${objective} page 6h`,
  `CarryonBudgetBurns ${objective} ticket 1d`,
  `CarryonBudgetBurns ${objective} ticket 3d`,
];

describe('npm run slo -- prometheus', () => {
  it('writes rules, each with its objective, that promtool finds nothing wrong with', async () => {
    const checked = await promtool(['check', 'rules', '--lint=all', '--lint-fatal', join(directory, 'rules.yml')]);
    expect(checked).toMatchObject({ code: 0, output: expect.stringContaining('SUCCESS') });
    const rules = (await readFile(join(directory, 'rules.yml'), 'utf8')).split(/^ {6}- /m).slice(1);
    expect(rules.filter((rule) => !/^ {10}objective: \S/m.test(rule))).toEqual([]);
  });

  it('writes an example for Prometheus that it can read', async () => {
    const checked = await promtool(['check', 'config', '--syntax-only', join(directory, 'prometheus.yml')]);
    expect(checked).toMatchObject({ code: 0 });
  });

  it('writes a dashboard and a sloth file whose queries are PromQL', async () => {
    const inDashboard = dashboard('x').panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const sloth = await readFile(join(directory, 'sloth.yml'), 'utf8');
    const inSloth = [...sloth.matchAll(/_query: '(.*)'$/gm)].map(([, expr = '']) => expr);
    expect(inSloth).toHaveLength(10);
    const rules = [...inDashboard, ...inSloth].map((expr, index) => ({
      record: `query_${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('{{.window}}', '5m').replaceAll(/\$\w+/g, '.*'),
    }));
    const path = join(directory, 'queries.json');
    await writeFile(path, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    expect(await promtool(['check', 'rules', path])).toMatchObject({ code: 0 });
  });
});

describe('the alerts', () => {
  const good = (values: string) => ({ series: requests('good', ',code=""'), values });
  const failing = (values: string) => ({ series: requests('bad', ',code="providers_unavailable"'), values });

  it('are silent while all is well, and while nobody asks anything', async () => {
    expect(await firing(['80m'], [UP, good('0+100x80'), failing('0x80')])).toEqual([[]]);
    expect(await firing(['80m'], [UP, good('0x80')])).toEqual([[]]);
  });

  it('say that the router is not scraped, and nothing else', async () => {
    expect(await firing(['30m'], [])).toEqual([['CarryonNotScraped none page']]);
  });

  it('page when everything fails, from the first failure on, and stop soon after it is over', async () => {
    // The series of the failures begins with them, as that of a code which was never seen does.
    const outage = [UP, good('0+100x30 3000x70 3000+100x20'), failing('_x30 100+100x70 7100x20')];
    const [before, during, later = [], after = []] = await firing(['30m', '38m', '98m', '110m'], outage);
    expect(before).toEqual([]);
    expect(during).toEqual(['CarryonBelowTarget success page 5m', ...burns('success')]);
    expect(later).toContain('CarryonBelowTarget success incident 1h');
    expect(after).not.toContain('CarryonBudgetBurns success page 1h');
    expect(after.filter((alert) => alert.startsWith('CarryonBelowTarget'))).toEqual([]);
  });

  it('of a slow burn are tickets, and of one that the budget allows there are none', async () => {
    const [slow = []] = await firing(['60m'], [UP, good('0+98x60'), failing('0+2x60')]);
    expect(slow.filter((alert) => alert.startsWith('CarryonBudgetBurns'))).toEqual(burns('success').slice(2));
    expect(await firing(['60m'], [UP, good('0+996x60'), failing('0+4x60')])).toEqual([[]]);
  });

  it('page nobody for fewer failures than minErrors', async () => {
    expect(await firing(['33m', '39m'], [UP, good('0x40'), failing('0x30 4x9')])).toEqual([
      burns('success').slice(2),
      burns('success').slice(2),
    ]);
    expect(await firing(['33m'], [UP, good('0x40'), failing('0x30 5x9')])).toEqual([burns('success')]);
  });

  it('take a counter that starts again for what it is', async () => {
    const restarted = [UP, good('100000+100x30 0+100x9'), failing('500x30 0x9')];
    expect(await firing(['33m', '39m'], restarted)).toEqual([[], []]);
  });

  it('count excluded requests neither as good nor as bad', async () => {
    const refused = { series: requests('excluded', ',code="budget_exceeded"'), values: '0+1000x30' };
    expect(await firing(['30m'], [UP, refused, good('0+10x30'), failing('0x30')])).toEqual([[]]);
    const [alerts = []] = await firing(['30m'], [UP, refused, good('0+8x30'), failing('0+2x30')]);
    expect(alerts).toContain('CarryonBudgetBurns success page 1h');
  });

  it('of times count what is above the bound itself', async () => {
    const times = (within: string) => [
      UP,
      { series: 'carryon_ttft_seconds_bucket{feature="chat",deployment="a",le="1.0"}', values: '0x30' },
      { series: 'carryon_ttft_seconds_bucket{feature="chat",deployment="a",le="2.0"}', values: within },
      { series: 'carryon_ttft_seconds_count{feature="chat",deployment="a"}', values: '0+100x30' },
    ];
    expect(await firing(['30m'], times('0+96x30'))).toEqual([[]]);
    expect(await firing(['30m'], times('0+10x30'))).toEqual([['CarryonBelowTarget ttft page 15m', ...burns('ttft')]]);
  });

  it('can fire where the usual burn rate is beyond any share of bad requests', async () => {
    const of = (within: string) => [
      UP,
      { series: 'carryon_request_duration_seconds_count{feature="x"}', values: '0+100x30' },
      { series: 'carryon_request_duration_seconds_bucket{feature="x",le="1.5"}', values: within },
    ];
    const [alerts = []] = await firing(['30m'], of('0+5x30'));
    expect(alerts).toContain('CarryonBudgetBurns loose page 1h');
    expect(await firing(['30m'], of('0+91x30'))).toEqual([[]]);
  });

  const events = (objective: string, outcome: string, values: string) => ({
    ...{ series: `carryon_slo_events_total{objective="${objective}",outcome="${outcome}"}`, values },
  });

  it('of costs go by the events that the router counts for the objective', async () => {
    const of = (bad: string) => [UP, events('cheap', 'good', '0+1x30'), events('cheap', 'bad', bad)];
    expect(await firing(['30m'], of('0x30'))).toEqual([[]]);
    const [alerts = []] = await firing(['30m'], of('0+1x30'));
    expect(alerts).toEqual(burns('cheap'));
  });

  it('of a composite count what was reported from outside, too', async () => {
    const of = (badReports: string) => [
      ...[UP, events('all', 'good', '0+100x30'), events('all', 'bad', '0x30')],
      ...[events('retrieval', 'good', '0+100x30'), events('retrieval', 'bad', badReports)],
    ];
    expect(await firing(['30m'], of('0x30'))).toEqual([[]]);
    const [alerts = []] = await firing(['30m'], of('0+900x30'));
    expect(alerts).toEqual([...burns('all'), ...burns('retrieval')]);
  });

  it('of an average cost wait a quarter of an hour', async () => {
    const cost = (values: string) => ({ series: 'carryon_slo_cost_usd_total{feature="chat"}', values });
    expect(await firing(['40m'], [UP, good('0+10x40'), cost('0+0.14x40')])).toEqual([[]]);
    expect(await firing(['10m', '40m'], [UP, good('0+10x40'), cost('0+0.2x40')])).toEqual([
      [],
      ['CarryonAverageCost average page'],
    ]);
  });

  it('of the router say what is lost, resting, nearly used up, and rejected more than usual', async () => {
    const rejected = (values: string) => ({ series: requests('excluded', ',code="provider_rejected"'), values });
    expect(
      await firing(
        ['120m'],
        [
          UP,
          { series: 'carryon_dropped_total{sink="book"}', values: '0x115 1x5' },
          { series: 'carryon_deployment_resting{deployment="a"}', values: '0x100 1x20' },
          { series: 'carryon_deployment_resting{deployment="b"}', values: '0x112 1x8' },
          { series: 'carryon_rate_limit_saturation_ratio{scope="tenant:acme"}', values: '0.5x100 0.95x20' },
          { series: 'carryon_rate_limit_saturation_ratio{scope="tenant:other"}', values: '0.89x120' },
          rejected('_x112 10x8'),
        ],
      ),
    ).toEqual([
      [
        'CarryonDeploymentRests none ticket',
        'CarryonProviderRejects none ticket',
        'CarryonRateLimitNear none note',
        'CarryonRecordsDropped none ticket',
      ],
    ]);
    expect(await firing(['60m'], [UP, rejected('0+1x60')])).toEqual([[]]);
  });
});
