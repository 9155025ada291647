/** A month that says something about everything that a report is made of. */
import type { DayState, MonthOfObjective, MonthReport } from '../../../../../worker/core/slo/history.ts';

const at = (day: number, hour = 0, minute = 0): number => Date.UTC(2026, 10, day, hour, minute);

/** A text that means no good. */
export const HOSTILE = '<img src=x onerror=alert(1)> | [click](https://bad.example) `x`';

/** Of 30 days, those that were not kept. */
const days = (others: Readonly<Record<number, DayState>> = {}): DayState[] =>
  Array.from({ length: 30 }, (_, index) => others[index + 1] ?? 'kept');

export const OBJECTIVE: MonthOfObjective = {
  ...{ name: 'chat-success', sli: 'success', feature: 'chat', tenant: null, under: null, atMostUsd: null, of: [] },
  ...{ isPublic: true, target: 99.5, promised: 99, value: 0.998_712, kept: true, good: 120_341, total: 120_496 },
  ...{
    excluded: { rate: 1_204, caller: 37, maintenance: 12 },
    budgetSpent: 0.2575,
    badMinutes: 55.6,
    creditPercent: 0,
  },
  days: days({ 11: 'strained' }),
};

export const MONTH: MonthReport = {
  ...{ service: 'Support assistant of Acme', contact: 'ops@acme.example', tenant: 'acme', month: '2026-11' },
  ...{ from: at(1), to: at(31), at: at(31, 9, 30), isWhole: true, isAmongOthers: false },
  objectives: [
    OBJECTIVE,
    {
      ...{ ...OBJECTIVE, name: 'chat-ttft', sli: 'ttft', under: '2.5s', target: 95, promised: 95, value: 0.949_999_6 },
      ...{ kept: false, good: 114_321, total: 120_338, excluded: {}, budgetSpent: 1.000_01, badMinutes: 2_160 },
      days: days({ 11: 'broken', 12: 'broken', 13: 'strained', 29: 'no_data' }),
    },
    {
      ...{ ...OBJECTIVE, name: 'chat-valid', sli: 'valid', target: 99, value: 1, good: 812, total: 812, excluded: {} },
      ...{ budgetSpent: 0, badMinutes: 0, days: days() },
    },
    {
      ...{
        ...OBJECTIVE,
        name: 'retrieval',
        sli: 'external',
        feature: null,
        value: null,
        kept: null,
        good: 0,
        total: 0,
      },
      ...{ excluded: {}, budgetSpent: null, badMinutes: null, days: days().map(() => 'no_data' as const) },
    },
    {
      ...{ ...OBJECTIVE, name: 'chat', sli: 'composite', of: ['chat-success', 'chat-ttft'], target: 94.525 },
      ...{ promised: 94.05, value: 0.9489, good: 114_339, total: 120_496, budgetSpent: 0.9334, badMinutes: 2_207 },
    },
    {
      ...OBJECTIVE,
      name: 'acme-success',
      tenant: 'acme',
      isPublic: false,
      creditPercent: 10,
      value: 0.9891,
      kept: false,
    },
    { ...OBJECTIVE, name: 'globex-success', tenant: 'globex', isPublic: false, creditPercent: 25 },
  ],
  averages: [
    { name: 'chat-cost', feature: 'chat', isPublic: true, averageUsd: 0.015, valueUsd: 0.009_312, total: 120_496 },
  ],
  ...{
    requests: 120_496,
    costUsd: 1_122.061_234,
    mttrMinutes: 31,
    mtbfMinutes: 11_520,
    creditPercent: 25,
    hasCredits: true,
  },
  incidents: [
    {
      id: '1',
      openedAt: at(11, 14, 2),
      closedAt: at(11, 14, 40),
      objective: 'chat-ttft',
      tenant: null,
      text: 'Answers of chat began later than promised.',
    },
    { id: '2', openedAt: at(12, 23, 50), closedAt: at(13, 0, 14), objective: null, tenant: null, text: HOSTILE },
    {
      id: '3',
      openedAt: at(30, 22),
      closedAt: null,
      objective: null,
      tenant: null,
      text: 'Some answers did not arrive.',
    },
  ],
  maintenance: [{ from: at(22, 2), to: at(22, 2, 30), reason: 'A new database', announcedAt: at(18, 9) }],
  drills: [{ at: at(19, 10), text: 'The first provider was cut off; the second answered within 2 s.' }],
};
