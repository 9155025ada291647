import { describe, expect, it } from 'vitest';
import { inForceLines } from '../../../../web-demo/operator/core/in-force.ts';
import { listedBody } from '../../../../web-demo/operator/core/listed.ts';
import {
  budgetRows,
  limitChange,
  limitText,
  moneyPlot,
  moneySentence,
  moneyTitle,
  monthsUntil,
  rateText,
} from '../../../../web-demo/operator/core/money.ts';
import { keyBody } from '../../../../web-demo/operator/core/new-key.ts';
import type { Ledger } from '../../../../web-demo/operator/core/replies.ts';
import { heightsOf } from '../../../../web-demo/plots/plot-data.ts';
import type { ShownConfig } from '../../../../worker/core/config/shown-config.ts';
import type { MoneyReport } from '../../../../worker/core/slo/history.ts';
import { NOW } from './support.ts';

const report = (more: Partial<MoneyReport> = {}): MoneyReport => ({
  ...{ tenant: 'acme', tenants: ['acme'], month: '2026-11', at: NOW, spentUsd: 171, projectedUsd: 184, capUsd: 200 },
  ladder: [
    { percent: 60, usd: 120, isSafeguard: false, reachedAt: Date.UTC(2026, 10, 18) },
    { percent: 85, usd: 170, isSafeguard: false, reachedAt: Date.UTC(2026, 10, 26, 9) },
    { percent: 95, usd: 190, isSafeguard: true, reachedAt: null },
  ],
  days: [
    { day: '2026-11-01', costUsd: 100, requests: 10 },
    { day: '2026-11-02', costUsd: 70, requests: 5 },
  ],
  ...{ where: [], failedUsd: 0, isAmongOthers: false },
  ...more,
});

describe('a month’s money', () => {
  it.each([
    [
      report(),
      '$171 of $200 this month',
      'At this pace the month ends at $184, within its limit. The 85 % alert went out on 26 Nov.',
    ],
    [report({ projectedUsd: 194 }), '$171 of $200 this month', /ends at \$194, past the safeguard at \$190\./],
    [report({ projectedUsd: 240 }), '$171 of $200 this month', /ends at \$240, above its limit of \$200\./],
    [
      report({ isAmongOthers: true }),
      '$171 of $200 this month',
      /the daily figures and the breakdown may be incomplete\.$/,
    ],
    [
      report({ capUsd: null, ladder: [] }),
      '$171 this month',
      'No limit is set for the month. At this pace it ends at $184.',
    ],
    [
      report({ projectedUsd: null, spentUsd: 2 }),
      '$2 of $200 this month',
      'It is too early to tell where the month ends.',
    ],
    [report({ month: '2026-10', projectedUsd: null }), '$171 of $200 in October 2026', /^The month is over\. The 85 %/],
    [
      report({ spentUsd: 195, projectedUsd: 199 }),
      '$195 of $200 this month',
      /The safeguard serves each feature that has one\.$/,
    ],
  ])('%#', (one, title, sentence) => {
    expect(moneyTitle(one)).toBe(title);
    expect(moneySentence(one)).toMatch(sentence);
  });

  it('is drawn as a sum from 0 to what the ledger has, with where it ends and what is told at which amount', () => {
    const data = moneyPlot(report());
    const [spent, expected] = data.lines;
    expect(spent?.points.map(({ value }) => value)).toEqual([0, 100, 171]);
    expect(expected?.points.map(({ value }) => value)).toEqual([171, 184]);
    expect(data.levels?.map(({ text }) => text)).toEqual(['60 %', '85 %', '95 %, safeguard', 'limit $200']);
    expect(heightsOf(data)).toEqual({ least: 0, most: 200 });
  });

  it('has the months before it', () => {
    expect(monthsUntil(Date.UTC(2026, 1, 3), 3)).toEqual(['2026-02', '2026-01', '2025-12']);
  });
});

describe('budgets and rates', () => {
  const config = {
    ...{ operator: { name: 'ana', scope: 'operate' }, service: 'S', aliases: [] },
    tenants: [
      {
        ...{ name: 'acme', limits: { monthlyMicroUsd: 200e6, rps: 10 }, userLimits: { dailyMicroUsd: 0.5e6, rps: 1 } },
        anonymousLimits: {},
      },
    ],
    features: [{ name: 'chat', alias: 'app/chat', safeguard: null, limits: {} }],
  } satisfies ShownConfig;
  const scope = (name: string, period: string, spent: number, cap: number | null = null) => ({
    ...{ scope: name as 'tenant', period: period as '2026-11', capMicroUsd: cap, spentMicroUsd: spent },
    ...{ reservedMicroUsd: 7, unsettledMicroUsd: 0 },
  });
  const ledger: Ledger = {
    ...{ tenant: 'acme', next: null, keyNames: { k1: 'web-backend' } },
    scopes: [
      scope('tenant', '2026-11', 171e6, 200e6),
      scope('tenant', '2026-11-27', 8e6),
      scope('tenant', '2026-10', 999e6),
      ...Array.from({ length: 12 }, (_, index) => scope(`user:u${index}`, '2026-11', index)),
      scope('key:k1', '2026-11', 3),
    ],
    limits: [{ scope: 'user:u0', set: { rps: 9 }, revoked: true }],
  };

  it('have a row for the tenant, each feature, and the users that spent most or have limits of their own', () => {
    const rows = budgetRows(ledger, config, NOW);
    expect(rows.map(({ name }) => name)).toEqual([
      ...['tenant acme', 'feature chat', 'user u11', 'user u10', 'user u9', 'user u8', 'user u7', 'user u6'],
      ...['user u5', 'user u4', 'user u0', 'key web-backend'],
    ]);
    expect(rows[0]).toMatchObject({
      day: { spentMicroUsd: 8e6, capMicroUsd: null },
      month: { spentMicroUsd: 171e6, heldMicroUsd: 7, capMicroUsd: 200e6 },
      limits: { rps: 10 },
      isSetByHand: false,
    });
    expect(rows.find(({ name }) => name === 'user u0')).toMatchObject({
      ...{ limits: { dailyMicroUsd: 0.5e6, rps: 9 }, isSetByHand: true, isRevoked: true },
    });
  });

  it('say rates in words', () => {
    expect(rateText({ rps: 10, burst: 50 })).toBe('10 a second, burst 50');
    expect(rateText({ tpm: 90_000, parallel: 4 })).toBe('90,000 tokens a minute; 4 at once');
    expect(rateText({ rps: null })).toBe('no limit');
  });

  it('are changed field by field; an emptied field goes back to config', () => {
    const before = { monthlyMicroUsd: 200e6, rps: 10 };
    expect(limitText(before, 'monthlyUsd')).toBe('200');
    const written = { monthlyUsd: '250', dailyUsd: '', rps: '', burst: '', tpm: '', parallel: '4' };
    expect(limitChange('tenant', before, written)).toEqual({
      scope: 'tenant',
      monthlyUsd: 250,
      rps: null,
      parallel: 4,
    });
  });
});

it('what is set over config has a line each, with the call that ends it', () => {
  const set = { until: NOW + 3_600_000, reason: 'a fails', who: 'ana', version: 3 };
  const lines = inForceLines(
    {
      pins: { 'app/chat': { ...set, deployment: 'b', idle: true } },
      bypass: { '*': set, 'app/chat': set },
      faults: { a: { ...set, fault: 'errors', traffic: 'drill' } },
      aliases: { 'app/chat': { ...set, until: null, deployments: [{ id: 'a', model: 'm' }] } },
      safeguards: { chat: set },
      frozen: set,
    },
    NOW,
  );
  expect(lines.map(({ kind, path }) => [kind, path])).toEqual([
    ['pin', 'pins/app%2Fchat'],
    ['bypass', 'bypass'],
    ['bypass', 'bypass?alias=app%2Fchat'],
    ['alias list', 'aliases/app%2Fchat'],
    ['safeguard', 'safeguards/chat'],
    ['fault', 'faults/a'],
    ['freeze', 'freeze'],
  ]);
  expect(lines[0]).toMatchObject({ text: 'app/chat asks b first', isIdle: true, end: /^in 60 min/ });
  expect(lines[3]).toMatchObject({ end: 'until it is undone' });
});

it('forms leave out what was not written', () => {
  const line = { id: 'a', isIn: true, model: 'm', order: '', weight: '2', input: '', output: '' };
  expect(listedBody([line, { ...line, id: 'b', isIn: false }, { ...line, id: 'c', input: '1', output: '10' }])).toEqual(
    [
      { id: 'a', model: 'm', weight: 2 },
      { id: 'c', model: 'm', weight: 2, price: { input: 1, output: 10 } },
    ],
  );
  const key = { tenant: 'acme', name: '', kind: 'secret', origins: 'x', features: '', user: '', days: '' };
  expect(keyBody(key)).toEqual({ tenant: 'acme', kind: 'secret' });
  const page = {
    ...key,
    kind: 'publishable',
    origins: 'https://a.example, https://b.example',
    features: 'chat',
    days: '2',
  };
  expect(keyBody(page)).toEqual({
    ...{ tenant: 'acme', kind: 'publishable', origins: ['https://a.example', 'https://b.example'] },
    ...{ features: ['chat'], expiresInSeconds: 172_800 },
  });
});
