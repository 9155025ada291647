import { expect, it, onTestFinished, vi } from 'vitest';
import { readFlags, UsageError } from '../../../cli/flags.ts';
import { USAGE as ROUTE } from '../../../cli/route/flags.ts';
import { commandOf, type Script, usageOf, withCommandUsage } from '../../../cli/run-script.ts';

const USAGE = `npm run slo                           how all stands
npm run slo -- [--kind KIND]          of these
npm run slo -- list [--tenant NAME]   how the promises stand
npm run slo -- report --month 2026-11
    writes a month's report; ends with: unreport --month MONTH
npm run slo -- report --all

MONTH is one such as 2026-11.
report calls the router on this machine.`;
const ALL = 'All of it: npm run slo -- --help';

it('the usage of one command has its forms alone, and says where the rest is', () => {
  expect(usageOf(USAGE, 'list')).toBe(`npm run slo -- list [--tenant NAME]   how the promises stand\n${ALL}`);
  expect(usageOf(USAGE, 'report').split('\n')).toEqual([
    'npm run slo -- report --month 2026-11',
    "    writes a month's report; ends with: unreport --month MONTH",
    'npm run slo -- report --all',
    'MONTH is one such as 2026-11.',
    ALL,
  ]);
  expect(usageOf(USAGE, 'unreport').split('\n')).toEqual([
    'npm run slo -- unreport --month MONTH',
    'MONTH is one such as 2026-11.',
    ALL,
  ]);
  expect(usageOf(USAGE, undefined).split('\n')).toEqual([
    'npm run slo                           how all stands',
    'npm run slo -- [--kind KIND]          of these',
    ALL,
  ]);
  expect(usageOf(USAGE, 'nothing')).toBe(USAGE);
  expect(usageOf('npm start   starts\n\nVariables: PORT', undefined)).toBe(
    'npm start   starts\nAll of it: npm start -- --help',
  );
});

it('a flag that does not exist is refused with those that do, and one that stands twice', () => {
  const one = { type: 'string' } as const;
  expect(readFlags(['--tenant', 'acme'], { tenant: one })).toEqual({ tenant: 'acme' });
  expect(() => readFlags(['--tenent', 'x'], { tenant: one, json: { type: 'boolean' } })).toThrow(
    new UsageError(`Unknown option '--tenent'; did you mean "--tenant"? Write one of --tenant, --json`),
  );
  expect(() => readFlags(['-x'], {})).toThrow(new UsageError("Unknown option '-x'; there are none"));
  expect(() => readFlags(['acme'], { tenant: one })).toThrow(new UsageError("Unexpected argument 'acme'"));
  expect(() => readFlags(['--tenant', 'a', '--tenant', 'b'], { tenant: one })).toThrow('--tenant is written twice');
});

it('a mistake is told with the forms of its own command; of a command that does not exist, with where all are', () => {
  const list = async () => {};
  const script: Script = { usage: USAGE, commands: { list } };
  const told = (args: string[]) => withCommandUsage(script, args, new UsageError('wrong'));
  expect(told(['list', '--x'])).toBe(`wrong\n\n${usageOf(USAGE, 'list')}`);
  expect(told(['--x'])).toBe(`wrong\n\n${usageOf(USAGE, undefined)}`);
  expect(told([])).toBe(`wrong\n\n${usageOf(USAGE, undefined)}`);
  expect(told(['lst'])).toBe(`wrong\n\n${ALL}`);
  expect(withCommandUsage({ ...script, takesWord: true }, ['x'], new UsageError('wrong'))).toBe(
    `wrong\n\n${usageOf(USAGE, undefined)}`,
  );
});

it('flags that npm kept for itself are refused before anything is done', () => {
  const command = vi.fn(async () => {});
  const script: Script = { usage: `${USAGE} [--scope SCOPE] [--yes]`, commands: { list: command } };
  const read = (npm: NodeJS.ProcessEnv, ...args: string[]) => commandOf(script, args, npm);
  const kept = { npm_config_tenant: 'acme', npm_config_kind: 'true', npm_config_cache: '/x', npm_config_json: 'true' };
  expect(() => read(kept, 'list')).toThrow(
    new UsageError('npm kept --kind and --tenant for itself; write two dashes before the flags: npm run slo -- list …'),
  );
  expect(() => read({ npm_config_tenant: '' }, 'list', 'acme')).toThrow('npm kept --tenant for itself');
  expect(() => read({ npm_config_scope: 'user:ana' }, 'list')).toThrow('npm kept --scope for itself');
  expect(() => read({ npm_config_tenant: '1', npm_config_kind: '1', npm_config_month: '1' }, 'acme')).toThrow(
    'npm kept --kind, --tenant and --month for itself; write two dashes before the flags: npm run slo -- …',
  );
  expect(command).not.toHaveBeenCalled();
});

it('without a command, those that exist are named', () => {
  const command = async () => {};
  const read = (...names: string[]) =>
    commandOf({ usage: USAGE, commands: Object.fromEntries(names.map((name) => [name, command])) }, [], {});
  expect(() => read('purge')).toThrow(new UsageError('Say what to do: purge'));
  expect(() => read('list', 'make')).toThrow(new UsageError('Say what to do: list or make'));
  expect(() => read('list', 'make', 'end')).toThrow(new UsageError('Say what to do: list, make or end'));
});

it('a setting of npm’s own is no mistake', async () => {
  const command = vi.fn(async () => {});
  const script: Script = { usage: `${USAGE} [--scope SCOPE] [--yes]`, commands: { list: command } };
  await commandOf(script, ['list'], { npm_config_scope: '@acme', npm_config_yes: 'true', npm_config_json: 'true' })();
  expect(command).toHaveBeenCalledWith([]);
});

it('--json that npm kept for itself holds for each command that takes it', async () => {
  const [list, make, otherwise] = [vi.fn(async () => {}), vi.fn(async () => {}), vi.fn(async () => {})];
  const usage = 'npm run keys -- ID [--json]\nnpm run keys -- list [--tenant NAME] [--json]\nnpm run keys -- make';
  const script: Script = { usage, commands: { list, make }, otherwise, takesWord: true };
  const npm = { npm_config_json: 'true' };
  await commandOf(script, ['list', '--tenant', 'acme'], npm)();
  expect(list).toHaveBeenLastCalledWith(['--tenant', 'acme', '--json']);
  await commandOf(script, ['list', '--json'], npm)();
  expect(list).toHaveBeenLastCalledWith(['--json']);
  await commandOf(script, ['make'], npm)();
  expect(make).toHaveBeenLastCalledWith([]);
  await commandOf(script, ['id-1'], npm)();
  expect(otherwise).toHaveBeenLastCalledWith(['id-1', '--json']);
});

it('the help of a command with --json says how another program gets the output without npm’s own lines', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  await commandOf({ usage: 'npm run keys -- list [--json]' }, ['--help'], {})();
  expect(log).toHaveBeenLastCalledWith(expect.stringContaining('npm run -s keys -- … --json | jq'));
  await commandOf({ usage: 'npm run keys -- list' }, ['list', '-h'], {})();
  expect(log).toHaveBeenLastCalledWith('npm run keys -- list');
});

it('each command of npm run route is shown with what its capitals mean', () => {
  expect(usageOf(ROUTE, 'pin').split('\n')).toEqual([
    'npm run route -- pin --alias A --deployment D END --reason TEXT',
    '    asks D first; ends with: unpin --alias A',
    'END is --for 2h (30s, 10m, 2h, 7d) or --until 2026-11-29T10:00Z, at most 30 days ahead.',
    'All of it: npm run route -- --help',
  ]);
  expect(usageOf(ROUTE, 'fault')).toContain('KIND is revoked-key');
});
