import { expect, it } from 'vitest';
import { readFlags, UsageError, usageOf, withUsageOf } from '../../../cli/flags.ts';

const USAGE = `npm run slo                           how all stands
npm run slo -- [--kind KIND]          of these
npm run slo -- list [--tenant NAME]   how the promises stand
npm run slo -- report --month 2026-11
    writes a month's report
npm run slo -- report --all

report calls the router on this machine.`;

it('the usage of one command has its forms alone, and says where the rest is', () => {
  const all = 'All of it: npm run slo -- --help';
  expect(usageOf(USAGE, 'list')).toBe(`npm run slo -- list [--tenant NAME]   how the promises stand\n${all}`);
  expect(usageOf(USAGE, 'report').split('\n')).toEqual([
    'npm run slo -- report --month 2026-11',
    "    writes a month's report",
    'npm run slo -- report --all',
    all,
  ]);
  expect(usageOf(USAGE, undefined).split('\n')).toEqual([
    'npm run slo                           how all stands',
    'npm run slo -- [--kind KIND]          of these',
    all,
  ]);
  expect(usageOf(USAGE, 'nothing')).toBe(USAGE);
});

it('a mistake in a command’s flags names the flag, and shows the command’s own forms', async () => {
  const one = { type: 'string' } as const;
  const run = (command: string, args: string[]) =>
    withUsageOf(USAGE, command, async () => readFlags(args, { tenant: one }, USAGE));
  expect(await run('list', ['--tenant', 'acme'])).toEqual({ tenant: 'acme' });
  await expect(run('list', ['--tenent', 'acme'])).rejects.toThrow(
    new UsageError("Unknown option '--tenent'", usageOf(USAGE, 'list')),
  );
  await expect(withUsageOf(USAGE, 'list', () => Promise.reject(new Error('gone')))).rejects.toThrow(/^gone$/);
});
