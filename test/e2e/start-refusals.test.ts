/** A command that cannot do what it was asked says so in plain words, before it starts anything. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { portFrom } from '../../cli/environment.ts';
import { checkPorts } from '../../cli/ports.ts';
import { stateDirectory } from '../../cli/state-directory.ts';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import { CommandBench } from '../support/command.ts';
import { releasePort, takePort } from '../support/free-ports.ts';

const bench = new CommandBench();
afterEach(() => bench.close());

async function refused(script: string, variables: Record<string, string>, ...args: string[]): Promise<string> {
  const { environment } = await bench.machine();
  const command = bench.run(script, { ...environment, ...variables }, ...args);
  expect(await command.exited).toEqual({ code: 1, signal: null });
  expect(command.output).not.toMatch(/^\s+at /m);
  return command.output;
}

const SLO_LIST =
  'npm run slo -- list [--tenant NAME] [--feature NAME] [--window 1h] [--json]   the state of the promises';
const all = (script: string) => `All of it: npm run ${script} -- --help\n`;

const WRONG_LINES: [script: string, args: string[], error: string, usage: string][] = [
  ['start', ['--frsh'], `Unknown option '--frsh'; did you mean "--fresh"? Write --fresh`, 'npm start -- --fresh'],
  ['serve', ['--fresh'], "Unknown option '--fresh'; there are none", 'npm run serve'],
  ['build', ['now'], "Unexpected argument 'now'", 'npm run build'],
  [
    'keys',
    ['list', '--tenent', 'x'],
    `Unknown option '--tenent'; did you mean "--tenant"? Write one of --tenant, --json`,
    `npm run keys -- list [--tenant NAME] [--json]\n${all('keys')}`,
  ],
  [
    'keys',
    ['revok'],
    'There is no "revok"; did you mean "revoke"? Write one of create, list, revoke, token, create-admin, list-admin, revoke-admin',
    `\n\n${all('keys')}`,
  ],
  [
    'keys',
    [],
    'Say what to do: create, list, revoke, token, create-admin, list-admin or revoke-admin',
    'npm run keys -- list',
  ],
  [
    'keys',
    ['create-admin', '--name', 'x'],
    '--scope is missing: write --scope read (sees everything) or --scope operate (also makes changes)',
    'npm run keys -- create-admin',
  ],
  [
    'route',
    [],
    'Say what to do: list, pin, unpin, bypass, unbypass, clear, fault, unfault, alias, unalias, undo, safeguard, unsafeguard, freeze or unfreeze',
    'npm run route -- list',
  ],
  ['route', ['unpin', '--for', '2h'], "Unknown option '--for'; write --alias", 'unpin --alias A'],
  [
    'keys',
    ['token', '--user', 'bob', '--expires', '2h'],
    '--expires 2h is too long: a token lives an hour at most',
    'npm run keys -- token',
  ],
  ['slo', [], 'Say what to do: list, policies, generate, report or prometheus', 'npm run slo -- list'],
  [
    'slo',
    ['list', '--feture', 'x'],
    `Unknown option '--feture'; did you mean "--feature"? Write one of --tenant, --feature, --window, --json`,
    `${SLO_LIST}\n${all('slo')}`,
  ],
  [
    'alerts',
    ['tset'],
    'There is no "tset"; did you mean "test"? Write one of test, firing, ack, silence, silences, unsilence',
    `\n\n${all('alerts')}`,
  ],
  [
    'alerts',
    ['--sevrity', 'page'],
    `Unknown option '--sevrity'; did you mean "--severity"? Write one of --severity, --kind, --json`,
    all('alerts'),
  ],
  ['incidents', ['open'], '--title is missing', all('incidents')],
  ['budget', ['set', '--tenant', 'a'], '--scope is missing, such as tenant, user:ana or feature:chat', all('budget')],
  ['answers', ['purge'], '--tenant is missing', all('answers')],
  ['answers', [], 'Say what to do: purge', 'npm run answers -- purge'],
  ['why', [], 'Say which request by its x-request-id; npm run why -- list shows the latest', 'npm run why -- ID'],
  [
    'why',
    ['lst'],
    'lst is no id of a request; they look like 019b76da-a800-7000-8000-0123456789ab',
    'npm run why -- ID',
  ],
  ['audit', ['--most', '0'], '--most 0: write a whole number from 1', 'npm run audit'],
];

test('a command line that is wrong: what, and what would be right', async () => {
  const checks = WRONG_LINES.map(async ([script, args, error, usage]) => {
    const output = await refused(script, {}, ...args);
    expect(output).toContain(`error: ${error}\n\n`);
    expect(output).toContain(usage);
  });
  await Promise.all(checks);
});

test('nonsense in provider variables: a line for each', async () => {
  const wrong = { PROVIDER_A_FORMAT: 'Openai', PROVIDER_A_PRICE_INPUT: 'abc', PROVIDER_B_API_BASE: 'http://[::1' };
  for (const output of await Promise.all([refused('start', wrong), refused('serve', wrong)])) {
    expect(output).toContain(`error: PROVIDER_A_FORMAT is "Openai", and must be "openai" or "anthropic"
PROVIDER_A_PRICE_INPUT is "abc", and must be USD per million tokens, such as 1.25
PROVIDER_B_API_BASE must be a URL such as https://api.openai.com/v1\n`);
  }
});

test('a file as CARRYON_STATE', async () => {
  const path = import.meta.filename;
  const wrong = { CARRYON_STATE: path };
  for (const output of await Promise.all([refused('start', wrong), refused('serve', wrong)])) {
    expect(output).toContain(`error: the state directory ${path} is a file, or below one`);
  }
  const below = stateDirectory({ CARRYON_STATE: join(path, 'below') });
  await expect(below).rejects.toThrow('is a file, or below one; choose another with CARRYON_STATE');
});

test('the port that is suggested for a taken one is a port', async () => {
  const port = 65_000 + Math.floor(Math.random() * 500);
  const server = await takePort(port);
  const check = { host: '127.0.0.1', command: 'npm run serve', environment: {}, stateDirectory: '/nowhere' };
  const error = await checkPorts([{ port, variable: 'PORT' }], check).catch((one: Error) => one);
  await releasePort(server);
  const suggested = /: PORT=(\d+) npm run serve$/.exec(String(error))?.[1];
  expect(portFrom({ PORT: suggested }, 'PORT', 0)).toBe(port - 1000);
});

test('beside another copy: all that is taken at once, and one command that would do', async () => {
  const { environment } = await bench.machine();
  const state = environment.CARRYON_STATE;
  await bench.run('start', environment).until('Admin key');
  const second = bench.run('start', environment);
  expect(await second.exited).toMatchObject({ code: 1 });
  const names = ['PORT', 'SANDBOX_OPENAI_PORT', 'SANDBOX_ANTHROPIC_PORT', 'SANDBOX_CONTROL_PORT'];
  const [error = '', ...more] = second.output.match(/^error: .*$/gm) ?? [];
  expect(more).toEqual([]);
  const ports = names.map((name) => environment[name]);
  expect(error).toContain(`ports ${ports.slice(0, 3).join(', ')} and ${ports[3]} are taken by other processes`);
  expect(error).toContain(`the state in ${state} is in use`);

  const [, command = ''] = /choose others: (.+) npm start$/.exec(error) ?? [];
  const suggested = Object.fromEntries(command.split(' ').map((setting) => setting.split('=')));
  expect(Object.keys(suggested)).toEqual([...names, 'CARRYON_STATE']);
  expect(suggested.CARRYON_STATE).toBe(`${state}-2`);
  const third = bench.run('start', { ...environment, ...suggested });
  await third.until('Admin key');
  await rm(suggested.CARRYON_STATE, { recursive: true });
});

test('ports that were chosen and are free stay in the command', async () => {
  const { port, environment } = await bench.machine();
  const { SANDBOX_OPENAI_PORT: taken, CARRYON_STATE: state } = environment;
  const server = await takePort(Number(taken));
  const output = await refused('start', environment);
  await releasePort(server);
  expect(output).toMatch(
    new RegExp(`choose another port: PORT=${port} SANDBOX_OPENAI_PORT=\\d+ .* CARRYON_STATE=${state} npm start$`, 'm'),
  );
});

test('npm run keys asks with ADMIN_KEY of .dev.vars, which the router was started with', async () => {
  const { url, environment } = await bench.machine();
  const devVars = join(environment.CARRYON_STATE as string, 'vars');
  await writeFile(devVars, 'ADMIN_KEY=an-admin-key-of-my-own\n');
  const own = { ...environment, CARRYON_DEV_VARS: devVars };
  await bench.run('start', own).until('Admin key: your ADMIN_KEY');

  const empty = bench.run('keys', own, 'list');
  expect(await empty.exited).toMatchObject({ code: 0 });
  expect(empty.output).toContain('No keys yet');

  const create = bench.run('keys', { ...own, ADMIN_KEY: 'of-a-deploy' }, 'create', '--tenant', 'acme', '--expires=90d');
  expect(await create.exited).toMatchObject({ code: 0 });
  expect(create.output).toMatch(/Its id is \w+, its tenant acme\. It expires at 20/);
  const key = /^sk-\S+$/m.exec(create.output)?.[0];
  expect((await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);

  const pages = ['--publishable', '--origin', 'https://a.example', '--origin', 'https://b.example', '--tier', 'free'];
  expect(await bench.run('keys', own, 'create', '--tenant', 'pages', ...pages).exited).toMatchObject({ code: 0 });
  expect(await bench.run('keys', own, 'create', '--tenant', 'tool', '--browser').exited).toMatchObject({ code: 0 });
  const full = bench.run('keys', own, 'list');
  expect(await full.exited).toMatchObject({ code: 0 });
  expect(full.output).toMatch(
    / pages {2}publishable {2}made \S+ {2}tier free, origins https:\/\/a\.example https:\/\/b\.example$/m,
  );
  expect(full.output).toMatch(/ tool {2}secret {2}made \S+ {2}browser$/m);
  expect(full.output).not.toContain('No keys yet');

  const other = bench.run('keys', { ...environment, ADMIN_KEY: 'an-admin-key-of-my-own' }, 'list');
  expect(await other.exited).toMatchObject({ code: 1 });
  expect(other.output).toContain('The key sent was the well-known local key');
  expect(other.output).not.toContain(LOCAL_ADMIN_KEY);
});
