import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { wranglerConfigPath } from '../../../cli/project.ts';
import { coarseRateProblem } from '../../../cli/workerd/coarse-rate.ts';

const directory = mkdtempSync(join(tmpdir(), 'carryon-coarse-'));
const path = join(directory, 'wrangler.toml');
afterAll(() => rmSync(directory, { recursive: true }));

const problem = (toml: string, rate: number) => {
  writeFileSync(path, toml);
  return coarseRateProblem(path, rate);
};
const OWN = readFileSync(wranglerConfigPath, 'utf8');

it('the platform lets through what the router allows; a lower number is refused, and both are named', () => {
  expect([60, 300].map((rate) => problem(OWN, rate))).toEqual([undefined, undefined]);
  expect(problem(OWN, 301)).toBe(
    'wrangler.toml: ADDRESS_RATE in [[ratelimits]] lets 300 requests in 60 s through, fewer than the 301 a minute of router.publishableRate in carryon.config.ts; write limit = 301 or more',
  );
});

it('without such a binding there is no limit; a binding without its numbers is a problem', () => {
  expect(problem('name = "x"', 1_000)).toBeUndefined();
  expect(problem('[[ratelimits]]\nname = "OTHER"\n[ratelimits.simple]\nlimit = 1\nperiod = 60', 60)).toBeUndefined();
  expect(problem('[[ratelimits]]\nname = "ADDRESS_RATE"\n[vars]\nlimit = 1', 60)).toContain('[ratelimits.simple]');
});

it('among several it is the one of the Worker', () => {
  const other = '[[ratelimits]]\nname = "OTHER"\n[ratelimits.simple]\nlimit = 1\nperiod = 60\n';
  expect(problem(other + OWN, 60)).toBeUndefined();
  expect(
    problem(`${other}[[ratelimits]]\nname = "ADDRESS_RATE"\n[ratelimits.simple]\nlimit = 9\nperiod = 10`, 60),
  ).toContain('9 requests in 10 s');
});

it('that of another environment counts too', () => {
  const staging = (limit: number) =>
    `[[env.staging.ratelimits]]\nname = "ADDRESS_RATE"\n[env.staging.ratelimits.simple]\nlimit = ${limit}\nperiod = 60`;
  expect(problem(`${OWN}\n${staging(60)}`, 60)).toBeUndefined();
  expect(problem(`${OWN}\n${staging(59)}`, 60)).toContain('in [[env.staging.ratelimits]] lets 59 requests');
});
