import { describe, expect, it } from 'vitest';
import { budgetPlot } from '../../../../web-demo/operator/core/budget-plot.ts';
import { durationsPlot, levelsOf } from '../../../../web-demo/operator/core/durations-plot.ts';
import { helpfulPin, listed, mostUrgentFirst, summary } from '../../../../web-demo/operator/core/headline.ts';
import {
  averageCard,
  budgetCard,
  objectiveCard,
  objectiveWords,
  worstFirst,
} from '../../../../web-demo/operator/core/promise-card.ts';
import { heightsOf } from '../../../../web-demo/plots/plot-data.ts';
import { alert, NOW, objective } from './support.ts';

const DAY = 86_400_000;

describe('a promise’s card', () => {
  it('has the value beside its promise, what is left and for how long', () => {
    const burning = objective({ state: 'burning', exhaustsAt: NOW + 9 * DAY });
    expect(objectiveCard(burning, NOW)).toMatchObject({
      ...{ title: 'Success', of: 'chat-success', value: '99.71 %', promise: 'target ≥ 99.5 %', bar: 0.42 },
      pill: { text: 'burning 6.4×', tone: 'warn' },
      note: '42 % of the error budget left · 9 days at this pace',
    });
  });

  it.each([
    [
      { state: 'exhausted', errorBudgetRemaining: -0.5 },
      'budget spent',
      /overspent by 50 %: 29 bad requests, 50 allowed/,
    ],
    [
      {
        state: 'exhausted',
        errorBudgetRemaining: -249,
        good: 9_980,
        budget: { allowed: 0.08, spent: 20, remaining: -20, outageMinutes: 0 },
      },
      'budget spent',
      /allows none/,
    ],
    [{ state: 'no_data', value: null, errorBudgetRemaining: null, good: 0, total: 0 }, 'no data', /^No requests/],
    [{ errorBudgetRemaining: null, target: 100 }, 'kept', /leaves no budget/],
    [{ good: 9_999 }, 'kept', /1 bad request$/],
  ] as const)('%j', (more, pill, note) => {
    const card = objectiveCard(objective(more), NOW);
    expect(card.pill.text).toBe(pill);
    expect(card.note).toMatch(note);
  });

  it('never rounds up to what is not kept', () => {
    expect(objectiveCard(objective({ value: 0.999_999_6 }), NOW).value).toBe('99.999 %');
    expect(objectiveCard(objective({ value: 1 }), NOW).value).toBe('100 %');
  });

  it('names what is measured, within a sentence too', () => {
    const ttft = objective({ sli: 'ttft', under: '2.5s', tenant: 'acme' });
    expect(objectiveWords(ttft)).toBe('first token within 2.5 s of chat, acme');
  });

  it('of an average says how far it is from what is promised', () => {
    const average = { name: 'chat-cost', feature: 'chat', averageUsd: 0.015, window: '30d', total: 12 };
    expect(averageCard({ ...average, valueUsd: 0.0093, state: 'healthy' })).toMatchObject({
      ...{ value: '$0.0093', promise: 'target ≤ $0.0150', note: '38 % below the promise · 12 requests' },
    });
    expect(averageCard({ ...average, valueUsd: 0.03, state: 'exceeded' })).toMatchObject({
      bar: 1,
      note: /100 % above/,
    });
    expect(averageCard({ ...average, valueUsd: null, state: 'no_data' })).toMatchObject({ bar: null, value: '–' });
  });

  it('of a month’s budget says what comes next, and when', () => {
    const ladder = [
      { percent: 85, usd: 170, isSafeguard: false, reachedAt: NOW },
      { percent: 95, usd: 190, isSafeguard: true, reachedAt: null },
    ];
    const money = {
      tenant: 'acme',
      tenants: [],
      month: '2026-11',
      at: NOW,
      ladder,
      days: [],
      where: [],
      failedUsd: 0,
      isAmongOthers: false,
    };
    expect(budgetCard({ ...money, spentUsd: 171, capUsd: 200, projectedUsd: 194 })).toMatchObject({
      ...{ value: '$171', promise: 'of $200', pill: { text: '85 % alert sent', tone: 'warn' }, bar: 0.855 },
      note: 'Safeguard takes over at $190, in 3 days at this pace.',
    });
    expect(budgetCard({ ...money, spentUsd: 195, capUsd: 200, projectedUsd: 220 })).toMatchObject({
      pill: { text: 'safeguard serves', tone: 'bad' },
      note: 'The month ends at $220 at this pace.',
    });
    expect(budgetCard({ ...money, spentUsd: 2, capUsd: 200, projectedUsd: null })?.pill.text).toBe('within');
    expect(budgetCard({ ...money, spentUsd: 2, capUsd: null, projectedUsd: null })).toBeUndefined();
  });

  it('stands before others where it is worse, then by tier', () => {
    const sorted = worstFirst([
      objective({ name: 'silent', state: 'no_data' }),
      objective({ name: 'kept' }),
      objective({ name: 'first', tier: 1 }),
      objective({ name: 'broken', state: 'exhausted' }),
    ]);
    expect(sorted.map(({ name }) => name)).toEqual(['broken', 'first', 'kept', 'silent']);
  });
});

describe('the one sentence', () => {
  it.each([
    [[], 'No requests yet, so there is nothing to say about any promise.', 'away'],
    [[objective()], 'The one promise with requests is kept.', 'good'],
    [[objective(), objective({ name: 'b' })], 'All 2 promises are kept.', 'good'],
    [
      [objective({ state: 'burning' }), objective({ name: 'b', state: 'no_data' })],
      'chat-success burns its error budget too fast. 1 other had no requests.',
      'warn',
    ],
    [
      [objective({ state: 'exhausted' }), objective({ name: 'b', state: 'exhausted' })],
      'chat-success and b have no error budget left.',
      'bad',
    ],
  ] as const)('%#', (objectives, text, tone) => expect(summary(objectives)).toEqual({ text, tone }));

  it('is about what nobody has answered yet', () => {
    const sorted = mostUrgentFirst(
      [
        alert({ name: 'silenced', severity: 'page', silencedUntil: NOW + 1 }),
        alert({ name: 'ticket' }),
        alert({ name: 'page', severity: 'page' }),
        alert({ name: 'taken', severity: 'incident', acknowledgedAt: NOW }),
      ],
      NOW,
    );
    expect(sorted.map(({ name }) => name)).toEqual(['page', 'ticket', 'taken', 'silenced']);
  });

  it('lists names shortly', () => {
    expect(listed(['a'])).toBe('a');
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
    expect(listed(['a', 'b', 'c', 'd'])).toBe('a, b and 2 more');
  });
});

describe('the pin that is offered', () => {
  const deployment = (id: string, order: number) => ({ id, provider: 'p', model: 'm', order, weight: 1 });
  const config = {
    features: [{ name: 'chat', alias: 'app/chat', safeguard: null, limits: {} }],
    aliases: [
      { name: 'app/chat', deployments: [deployment('a', 1), deployment('c', 3), deployment('b', 2)] },
      { name: 'app/other', deployments: [deployment('x', 1), deployment('y', 2)] },
    ],
  };
  const cooling = (id: string) => ({ deployment: id, until: NOW, since: NOW, cause: 'server_error', cooldownMs: 1 });

  it('is the first deployment that is well, where one of its alias is not', () => {
    expect(helpfulPin(config, 'chat', [cooling('a')], {})).toEqual({ alias: 'app/chat', deployment: 'b' });
    expect(helpfulPin(config, null, [cooling('x')], {})).toEqual({ alias: 'app/other', deployment: 'y' });
  });

  it('is not offered where it would not help, or where several could help', () => {
    expect(helpfulPin(config, 'chat', [], {})).toBeUndefined();
    expect(helpfulPin(config, 'chat', [cooling('x')], {})).toBeUndefined();
    expect(helpfulPin(config, 'chat', ['a', 'b', 'c'].map(cooling), {})).toBeUndefined();
    expect(helpfulPin(config, null, ['a', 'x'].map(cooling), {})).toBeUndefined();
    expect(helpfulPin(config, 'chat', [cooling('a')], { 'app/chat': {} })).toBeUndefined();
  });
});

describe('plots', () => {
  const history = (left: (number | null)[]) => ({
    ...{ objective: 'chat-success', tenant: null, from: 0, to: left.length * DAY, widthMs: DAY },
    points: left.map((budgetRemaining, index) => ({
      ...{ at: index * DAY, good: 1, total: 1, value: 1, budgetRemaining },
    })),
    marks: [{ kind: 'incident' as const, from: DAY, to: DAY + 38 * 60_000, text: 'A down' }],
  });

  it('of the budget go from 0 to 100 %, with gaps and what happened', () => {
    const data = budgetPlot(history([1, null, 0.5]), 'success');
    expect(heightsOf(data)).toEqual({ least: 0, most: 1 });
    expect(data.lines[0]?.points.map(({ value }) => value)).toEqual([1, null, 0.5]);
    expect(data.marks).toEqual([{ from: DAY, to: DAY + 38 * 60_000, text: 'A down 38 min', tone: 'bad' }]);
  });

  it('of an overspent budget go below 0', () => {
    expect(heightsOf(budgetPlot(history([0.2, -0.4]), 'success'))).toEqual({ least: -0.4, most: 0.2 });
  });

  it('of durations have the promise of their own measure', () => {
    const promises = [
      objective({ sli: 'ttft', under: '2.5s', target: 95 }),
      objective({ sli: 'ttft', under: '1s', feature: 'other' }),
      objective({ sli: 'latency', under: '1m', feature: null }),
    ];
    expect(levelsOf(promises, 'chat', 'ttftMs')).toMatchObject([{ value: 2_500, text: 'promise: 95 % within 2.5 s' }]);
    expect(levelsOf(promises, 'chat', 'totalMs')).toMatchObject([{ value: 60_000 }]);
    const point = { at: 0, p50: 400, p95: 900, p99: null };
    const data = durationsPlot({ feature: 'chat', widthMs: 1, ttftMs: [point], totalMs: [] }, 'ttftMs', [], DAY);
    expect(data.lines.map(({ name, points }) => [name, points[0]?.value])).toEqual([
      ['p99', null],
      ['p95', 900],
      ['p50', 400],
    ]);
  });
});
