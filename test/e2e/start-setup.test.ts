import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';

/** Set-up in a project of its own, with a fake npm: it notes each call and puts a Node in place. */
const setupScript = join(import.meta.dirname, '..', '..', 'cli', 'setup.mjs');
const HONEST_NPM = `#!/bin/sh
echo "$@" >> npm-calls
sleep 0.3
mkdir -p node_modules/.bin
ln -sf '${process.execPath}' node_modules/.bin/node
`;

let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'carryon-setup-'));
  await mkdir(join(project, 'cli'));
  await mkdir(join(project, 'bin'));
  await cp(setupScript, join(project, 'cli', 'setup.mjs'));
  await writeLock('1.0.0');
  await writeNpm(HONEST_NPM);
});

afterEach(() => rm(project, { recursive: true, force: true }));

const writeNpm = (script: string) => writeFile(join(project, 'bin', 'npm'), script, { mode: 0o755 });

const packages = (version: string) => JSON.stringify({ packages: { '': {}, 'node_modules/hono': { version } } });

const writeLock = (version: string) => writeFile(join(project, 'package-lock.json'), packages(version));

async function npmCalls(): Promise<number> {
  const calls = await readFile(join(project, 'npm-calls'), 'utf8').catch(() => '');
  return calls.split('\n').length - 1;
}

function begin(command = process.execPath, args = ['cli/setup.mjs']) {
  const environment = { ...process.env, PATH: [join(project, 'bin'), process.env.PATH].join(delimiter) };
  return spawn(command, args, { cwd: project, env: environment });
}

async function setup(child = begin()): Promise<{ code: number; output: string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

/** The CPU time of a set-up and of all that it runs, which does not depend on what else the machine does. What it says comes first. */
async function cpuSecondsOfSetup(): Promise<{ said: string; seconds: number }> {
  const { output } = await setup(begin('sh', ['-c', '"$0" cli/setup.mjs && echo done && times', process.execPath]));
  const [said = '', times = ''] = output.split('done\n');
  // The shell's own times, and below them its children's.
  const [, children = ''] = times.split('\n');
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
  );
  expect(parts).toHaveLength(2);
  return { said, seconds: parts.reduce((sum, part) => sum + part) };
}

const lockIsThere = () => existsSync(join(project, '.carryon', 'setup.lock'));

test('installs once; then it is silent and quick until the lock file changes', async () => {
  expect(await setup()).toMatchObject({ code: 0, output: expect.stringContaining('installing dependencies') });
  const again = await cpuSecondsOfSetup();
  expect(again.said).toBe('');
  expect(again.seconds).toBeLessThan(0.5);
  expect(await npmCalls()).toBe(1);
  await writeLock('1.0.1');
  await setup();
  expect(await npmCalls()).toBe(2);
});

test('two at once install once', async () => {
  const both = await Promise.all([setup(), setup()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(await npmCalls()).toBe(1);
});

test('what somebody installed by hand is left as it is', async () => {
  await mkdir(join(project, 'node_modules', '.bin'), { recursive: true });
  await cp(process.execPath, join(project, 'node_modules', '.bin', 'node'));
  await writeFile(join(project, 'node_modules', '.package-lock.json'), packages('1.0.0'));
  expect(await setup()).toMatchObject({ code: 0, output: '' });
  expect(await npmCalls()).toBe(0);
});

test.for([
  ['999999999', 'a dead process'],
  ['', 'nobody'],
])('a lock left behind by %j is taken over (%s)', async ([holder]) => {
  await mkdir(join(project, '.carryon'));
  await writeFile(join(project, '.carryon', 'setup.lock'), holder as string);
  expect(await setup()).toMatchObject({ code: 0 });
  expect(await npmCalls()).toBe(1);
});

test('says what to do when npm fails, and when install scripts are switched off', async () => {
  await writeNpm('#!/bin/sh\necho no network >&2\nexit 1\n');
  expect(await setup()).toMatchObject({ code: 1, output: expect.stringMatching(/no network\s+error: npm ci failed/) });
  await writeNpm('#!/bin/sh\nmkdir -p node_modules\n');
  expect(await setup()).toMatchObject({ code: 1, output: expect.stringContaining('npm ci --ignore-scripts=false') });
  await writeNpm(HONEST_NPM);
  expect(await setup()).toMatchObject({ code: 0 });
});

test('a failed installation leaves no lock behind', async () => {
  await writeNpm('#!/bin/sh\nexit 1\n');
  expect(await setup()).toMatchObject({ code: 1 });
  expect(lockIsThere()).toBe(false);
});

test.for(['SIGINT', 'SIGTERM'] as const)('%s ends npm and what it started before it ends itself', async (signal) => {
  // An npm that ignores signals, with a child that does too.
  await writeNpm(`#!/bin/sh
trap '' INT TERM
sh -c 'trap "" INT TERM; echo $$ > child; while :; do sleep 0.1; done' &
echo $$ > parent
while :; do sleep 0.1; done
`);
  const child = begin();
  const closed = once(child, 'close') as Promise<[number]>;
  const pidIn = async (file: string) => Number(await readFile(join(project, file), 'utf8').catch(() => '0'));
  await until('npm is at work', async () => (await pidIn('parent')) > 0 && (await pidIn('child')) > 0);
  child.kill(signal);
  const [code] = await closed;
  expect(code).toBe(128 + constants.signals[signal]);
  for (const file of ['parent', 'child']) {
    const pid = await pidIn(file);
    await until(`the ${file} has ended`, () => !isRunning(pid));
  }
  expect(lockIsThere()).toBe(false);
});

/** A zombie that has not been waited for yet has ended too. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, 'utf8'));
}

test('no npm script looks for Node a second time: a shell remembers the one that it found before the installation', async () => {
  const { scripts } = JSON.parse(await readFile(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'));
  for (const [name, script] of Object.entries<string>(scripts)) {
    expect(script, name).toMatch(/^node cli\/setup\.mjs( && |$)/);
    expect(script.slice(4), name).not.toMatch(/(^|&& (exec )?)node /);
  }
});
