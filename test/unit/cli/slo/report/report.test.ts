/** What `npm run slo -- report` writes. Golden files: `vitest -u` writes them again. */
import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../../../../cli/slo/report/html-report.ts';
import { markdownReport } from '../../../../../cli/slo/report/markdown-report.ts';
import { reportWords } from '../../../../../cli/slo/report/report-words.ts';
import type { MonthReport } from '../../../../../worker/core/slo/history.ts';
import { HOSTILE, MONTH, OBJECTIVE } from './a-month.ts';

const said = (changes: Partial<MonthReport> = {}, withAll = false) => reportWords({ ...MONTH, ...changes }, withAll);
const verdict = (changes: Partial<MonthReport>) => said(changes).verdict;
const NO_DATA = { ...OBJECTIVE, value: null, kept: null, good: 0, total: 0, budgetSpent: null, badMinutes: null };

describe('the golden files of a filled month', () => {
  it('in Markdown', async () => {
    await expect(markdownReport(said())).toMatchFileSnapshot('../../../../fixtures/reports/2026-11-acme.md');
  });

  it('in HTML', async () => {
    await expect(htmlReport(said())).toMatchFileSnapshot('../../../../fixtures/reports/2026-11-acme.html');
  });
});

describe('one sentence first', () => {
  const one = [OBJECTIVE];
  const missed = { ...OBJECTIVE, kept: false };
  const running = { at: Date.UTC(2026, 10, 20, 12), isWhole: false };
  it.each([
    ['kept', { objectives: one, averages: [] }, true, 'In November 2026 the one promise was kept.'],
    ['kept', { objectives: [...one, ...one] }, true, 'In November 2026 all 3 promises were kept.'],
    [
      'missed',
      { objectives: [...one, missed] },
      false,
      'In November 2026 2 of 3 promises were kept. Missed: chat-success.',
    ],
    ['still kept', { objectives: one, ...running }, true, 'So far, all 2 promises in November 2026 are kept.'],
    ['missed', { objectives: [missed], ...running }, false, 'So far, 1 of 2 promises are kept. Missed: chat-success.'],
    [
      'without requests',
      { objectives: [NO_DATA], averages: [] },
      null,
      'There were no requests in November 2026, so nothing can be judged.',
    ],
    ['without promises', { objectives: [], averages: [] }, null, 'Nothing was promised.'],
  ])('%s: %j', (_, changes, isKept, text) => {
    expect(verdict(changes)).toEqual({ isKept, text });
  });

  it('an average above its bound is missed', () => {
    const averages = MONTH.averages.map((average) => ({ ...average, valueUsd: 0.0151 }));
    expect(verdict({ objectives: one, averages }).text).toContain('Missed: chat-cost.');
  });
});

it('says that a month is running, or that its days are partly gone', () => {
  expect(said().notes).toEqual([]);
  expect(said({ at: Date.UTC(2026, 10, 20, 12), isWhole: false }).notes).toEqual([
    'The month is not over. The figures are as of 20 November 2026, 12:00 UTC and may change.',
  ]);
  expect(said({ isWhole: false }).notes.join()).toContain('no longer kept');
  expect(said({ isAmongOthers: true }).notes.join()).toContain('some of its requests may be missing');
});

it('never shows one client what another one was promised', () => {
  const names = said().promises.map(({ name }) => name);
  expect(names).toContain('acme-success');
  expect(JSON.stringify([said(), said({}, true), said({ tenant: null }, true)])).not.toContain('globex');
  const incidents = MONTH.incidents.map((one) => ({ ...one, tenant: 'globex', text: 'globex was down.' }));
  expect(JSON.stringify(said({ incidents }).happened)).not.toMatch(/globex|On average/);
  expect(said({ tenant: null }).promises.map(({ name }) => name)).not.toContain('acme-success');
});

it('shows public promises, or all of them on demand and where none is public', () => {
  const hidden = { ...OBJECTIVE, name: 'hidden', isPublic: false };
  const changes = { objectives: [OBJECTIVE, hidden] };
  const names = (...of: Parameters<typeof said>) => said(...of).promises.map(({ name }) => name);
  expect(names(changes)).toEqual(['chat-success', 'chat-cost']);
  expect(names(changes, true)).toEqual(['chat-success', 'hidden', 'chat-cost']);
  expect(names({ objectives: [hidden], averages: [] })).toEqual(['hidden']);
});

it('the credit is the highest of the promises that are the client’s', () => {
  const credit = (...of: Parameters<typeof said>) =>
    said(...of).figures.find(({ name }) => name.startsWith('credit due'))?.value;
  expect(credit()).toBe('10 %');
  expect(credit({ tenant: null })).toBe('none');
  expect(credit({ tenant: null, hasCredits: false })).toBe('none agreed');
});

it('rounds against us: what is missed by a hair does not look kept', () => {
  const [, ttft] = said().promises;
  expect(ttft).toMatchObject({ promised: '95 %', delivered: '94.999 %', isKept: false, budget: '101 %' });
});

it('lets no text become markup', () => {
  const hostile = { ...MONTH, service: HOSTILE, contact: HOSTILE, tenant: HOSTILE };
  const written = reportWords(hostile, false);
  const html = htmlReport(written);
  expect(html).not.toMatch(/<(?:img|script|a|iframe|link)\b|javascript:|\son\w+="/i);
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  const withoutEscapes = markdownReport(written).replace(/\\./g, '');
  expect(withoutEscapes).not.toMatch(/<img|\]\(|`x`|https:/);
});

it('the HTML loads nothing', () => {
  expect(htmlReport(said({ incidents: [] }))).not.toMatch(/\b(?:src|href)=|@import|url\(/);
});
