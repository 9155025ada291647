/** The tables of docs/slo.md say what the code does. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { burnAlerts } from '../../../../worker/core/slo/burn-alerts.ts';
import { SLI_RULES, type SuccessVerdict } from '../../../../worker/core/slo/rules.ts';
import { ASKED_WINDOWS } from '../../../../worker/core/slo/windows.ts';

const page = readFileSync(`${import.meta.dirname}/../../../../docs/slo.md`, 'utf8');
const codesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

const inWords = (verdict: SuccessVerdict): string => {
  if (verdict.outcome === 'good') return 'good';
  return verdict.outcome === 'bad' ? `bad, layer \`${verdict.layer}\`` : `excluded, \`${verdict.reason}\``;
};

test('what counts: every code and ending, as SLI_RULES has it', () => {
  const rows = [...page.matchAll(/^\| (`.*`) \| (good|bad, .*?|excluded, .*?) \|$/gm)];
  const told = rows.flatMap(([, codes = '', counts = '']) => codesIn(codes).map((code) => [code, counts]));
  const right = Object.entries(SLI_RULES).map(([code, verdict]) => [code, inWords(verdict)]);
  expect(told.toSorted()).toEqual(right.toSorted());
});

test('the alerts of 30 days', () => {
  const rows = [...page.matchAll(/^\| (\d+) % \| (\w+) \| (\w+) \| ([\d.]+) \| (\w+) \|$/gm)];
  const told = rows.map(([, , long, short, rate, severity]) => [long, short, Number(rate), severity]);
  const alerts = burnAlerts({ target: 99.5, windowMs: 30 * 86_400_000 });
  expect(told).toEqual(alerts.map(({ long, short, burnRate, severity }) => [long, short, burnRate, severity]));
});

test('the windows', () => {
  const [, list = ''] = /`window` is one of (.*?), instead of/.exec(page) ?? [];
  expect(codesIn(list)).toEqual(Object.keys(ASKED_WINDOWS));
});
