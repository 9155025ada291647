/**
 * The first step of every npm script. It brings node_modules in line with package-lock.json. It is plain JavaScript without dependencies,
 * so that it runs on any Node that the machine has. If there is nothing to do, it prints nothing and takes a few milliseconds.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;

const project = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(project, 'node_modules');
const stampPath = join(modules, '.carryon-setup');
const lockPath = join(project, '.carryon', 'setup.lock');
const machine = `${process.platform} ${process.arch}`;
const ownNode = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

async function main() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    fail(
      `Carryon needs Node ${OLDEST_NODE} or newer to set itself up; this is ${process.version}. See https://nodejs.org/en/download`,
    );
  }
  if (isReady()) return;
  const unlock = lock();
  try {
    // Another command or a person may have installed the packages while this command waited.
    if (isReady()) return;
    if (!isInstalled()) await install();
    checkOwnNode();
    writeFileSync(stampPath, stamp());
  } finally {
    unlock();
  }
}

/** The stamp of a finished setup: the lock file's hash and the kind of machine, because node_modules may be mounted into another one. */
function stamp() {
  const lockFile = readFileSync(join(project, 'package-lock.json'));
  return `${createHash('sha256').update(lockFile).digest('hex')} ${machine}`;
}

function isReady() {
  return existsSync(ownNode) && readIfThere(stampPath) === stamp();
}

/** Whether npm's record of what it installed matches the lock file. Optional packages may be for other machines. */
function isInstalled() {
  const recordPath = join(modules, '.package-lock.json');
  const stamped = readIfThere(stampPath);
  if (!existsSync(ownNode) || !existsSync(recordPath) || (stamped && !stamped.endsWith(machine))) return false;
  const wanted = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(recordPath, 'utf8')).packages;
  return Object.keys(wanted).every((path) => {
    if (path === '') return true;
    return path in installed ? installed[path].version === wanted[path].version : wanted[path].optional;
  });
}

async function install() {
  console.log('· installing dependencies (a minute or so, once)');
  const begin = Date.now();
  const { code, error, signal } = await runNpmCi();
  if (error) fail(`npm could not be run: ${error.message}`);
  if (signal) {
    console.error('\nThe installation was interrupted; the next command starts it again.');
    process.exit(128 + constants.signals[signal]);
  }
  if (code !== 0) {
    fail(
      'npm ci failed (see its message above). If it is the network, try again; if a proxy is needed, set HTTPS_PROXY.',
    );
  }
  console.log(`· installed in ${Math.round((Date.now() - begin) / 1000)} s`);
}

/** How long npm and the processes it started may take to end after the first signal. */
const NPM_ENDS_WITHIN_MS = 3_000;

/**
 * Runs npm in its own process group, so that Ctrl-C ends npm and everything it started before this process ends. Otherwise npm would go on
 * installing and writing to the terminal behind the shell's prompt.
 */
function runNpmCi() {
  const isWindows = process.platform === 'win32';
  let npm;
  let signal;
  const end = (name) => {
    signal ??= name;
    killGroup(npm, name);
    setTimeout(() => killGroup(npm, 'SIGKILL'), NPM_ENDS_WITHIN_MS).unref();
  };
  // The handlers are set before npm starts, because a signal in between would end this process alone. They run in a later turn, when `npm`
  // is set.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, end);
  npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
    env: { ...process.env, PATH: pathWithoutModules() },
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: isWindows,
    detached: !isWindows,
  });
  return new Promise((resolve) => {
    npm.on('error', (error) => resolve({ error }));
    npm.on('exit', (code) => {
      // npm's children may outlive it.
      if (signal) killGroup(npm, 'SIGKILL');
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, end);
      resolve({ code, signal });
    });
  });
}

function killGroup(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

/** The PATH without node_modules. npm replaces the Node in node_modules, so npm must run on the machine's own Node. */
function pathWithoutModules() {
  const parts = (process.env.PATH ?? '').split(delimiter);
  return parts.filter((part) => !part.includes(join('node_modules', '.bin'))).join(delimiter);
}

/**
 * Checks the pinned Node, which an install script installs. If install scripts are switched off it is missing, and nothing else would work.
 */
function checkOwnNode() {
  const { status, stdout } = spawnSync(ownNode, ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status === 0 && stdout.startsWith('v')) return;
  fail(
    [
      'the Node that Carryon pins (package "node") was not installed properly.',
      'It is installed by a script. If npm is set to ignore those (npm config get ignore-scripts), allow them here:',
      '  npm ci --ignore-scripts=false',
      'The approved ones are listed in package.json under allowScripts.',
    ].join('\n'),
  );
}

/** Locks the installation. A second command waits for the first, and takes over the lock of a dead one. */
function lock() {
  mkdirSync(dirname(lockPath), { recursive: true });
  for (let attempt = 0; !tryLock(); attempt++) {
    const holder = Number(readIfThere(lockPath));
    if (attempt === 0) console.log('· waiting for another installation');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    // The file is read twice, so that one that is just being written is not mistaken for a dead holder's.
    const abandoned = holder === Number(readIfThere(lockPath)) && !isAlive(holder);
    if (abandoned && existsSync(lockPath)) unlinkSync(lockPath);
  }
  const unlock = () => {
    process.off('exit', unlock);
    if (readIfThere(lockPath) === String(process.pid)) unlinkSync(lockPath);
  };
  // A failed installation exits the process without returning here.
  process.on('exit', unlock);
  return unlock;
}

function tryLock() {
  try {
    writeFileSync(lockPath, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function isAlive(pid) {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function fail(message) {
  console.error(`\nerror: ${message}`);
  process.exit(1);
}

await main();
