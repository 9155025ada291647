import { connect, createServer } from 'node:net';
import { isStateInUse } from './workerd/state-lock.ts';

/** A port that a command needs, and the variable that sets it. */
export interface NeededPort {
  port: number;
  variable: string;
}

export interface PortCheck {
  host: string;
  /** As people type it, such as `npm start`. */
  command: string;
  /** The command's environment. Its settings are repeated in the command that is suggested. */
  environment: NodeJS.ProcessEnv;
  stateDirectory: string;
}

const HIGHEST_PORT = 65_535;
const LOWEST_FREE_FOR_ALL = 1_024;

/** Checks the ports before anything starts. The error names the ports that are taken, and one command that would work. */
export async function checkPorts(needed: readonly NeededPort[], check: PortCheck): Promise<void> {
  for (const [index, { port, variable }] of needed.entries()) {
    const twin = needed.slice(0, index).find((other) => other.port === port && port !== 0);
    if (twin !== undefined)
      throw new Error(`${twin.variable} and ${variable} are both ${port}; each needs a port of its own`);
  }
  const answers = await Promise.all(needed.map(({ port }) => port !== 0 && isTaken(port, check.host)));
  const taken = needed.filter((_, index) => answers[index]);
  if (taken.length > 0) throw new Error(await whatIsTaken(taken, needed, check));
}

async function whatIsTaken(
  taken: readonly NeededPort[],
  needed: readonly NeededPort[],
  { host, command, environment, stateDirectory }: PortCheck,
): Promise<string> {
  const names = taken.map(({ port }) => String(port));
  const ports =
    names.length === 1
      ? `port ${names[0]} is taken by another process`
      : `ports ${names.slice(0, -1).join(', ')} and ${names.at(-1)} are taken by other processes`;
  const inUse = await isStateInUse(stateDirectory);
  const state = inUse ? `, and the state in ${stateDirectory} is in use by another "npm start" or "npm run serve"` : '';

  const used = new Set(needed.map(({ port }) => port));
  const settings: string[] = [];
  for (const { port, variable } of needed) {
    const other = taken.some((one) => one.variable === variable) ? await freePort(port, used, host) : port;
    used.add(other);
    if (other !== port || environment[variable]) settings.push(`${variable}=${other}`);
  }
  const chosen = environment.CARRYON_STATE;
  const other = inUse ? await freeState(stateDirectory, chosen || '.carryon/state') : chosen;
  if (other) settings.push(`CARRYON_STATE=${quoted(other)}`);
  const [them, others] =
    names.length === 1 && !inUse ? ['it', 'another port'] : ['them', inUse ? 'others' : 'other ports'];
  return `${ports}${state}. Stop ${them}, or choose ${others}: ${settings.join(' ')} ${command}`;
}

/** The next free port in steps of a thousand; 0 (any port) if there is none. */
async function freePort(port: number, used: ReadonlySet<number>, host: string): Promise<number> {
  const steps = Array.from({ length: 64 }, (_, index) => (index + 1) * 1000);
  const candidates = [...steps.map((step) => port + step), ...steps.map((step) => port - step)];
  for (const candidate of candidates) {
    if (candidate < LOWEST_FREE_FOR_ALL || candidate > HIGHEST_PORT || used.has(candidate)) continue;
    if (!(await isTaken(candidate, host))) return candidate;
  }
  return 0;
}

async function freeState(directory: string, written: string): Promise<string> {
  let number = 2;
  while (await isStateInUse(`${directory}-${number}`)) number += 1;
  return `${written.replace(/\/+$/, '')}-${number}`;
}

/** Quotes a word so that a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Whether a port is taken. A server on ::1 alone would not stop us from listening, but it would answer for `localhost`. */
async function isTaken(port: number, host: string): Promise<boolean> {
  return !(await canListen(port, host)) || (await answers(port, '::1'));
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code !== 'EADDRINUSE'));
    server.listen(port, host, () => server.close(() => done(true)));
  });
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host });
    socket.once('connect', () => done(true)).once('connect', () => socket.destroy());
    socket.once('error', () => done(false));
  });
}
