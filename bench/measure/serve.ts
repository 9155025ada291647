import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from '../plan.ts';
import { processTree, proportionalMiB, residentMiB } from '../process/usage.ts';
import { type Row, type RowName, singleRowAgainst } from '../report/row.ts';
import { ROOT, type Workshop } from '../subject/workshop.ts';

interface Held {
  proportionalMiB: number;
  residentMiB: number;
}

/** Measures what `npm run serve` holds in memory while it is idle: npm, the command and workerd together. */
export async function measureServe(workshop: Workshop, plan: Plan['serve']): Promise<Row[]> {
  const ours = await rounds(ROOT, workshop, plan);
  const theirs = workshop.against && (await rounds(workshop.against.directory, workshop, plan));
  if (ours === undefined) return [];
  const named = (figure: string, label: string): RowName => ({
    id: `serve.${figure}`,
    group: 'npm run serve, idle, all its processes',
    label,
    unit: 'MiB',
  });
  return [
    singleRowAgainst(
      named('proportionalMiB', 'memory, shared pages divided (PSS)'),
      ours.map((held) => held.proportionalMiB),
      theirs?.map((held) => held.proportionalMiB),
    ),
    singleRowAgainst(
      named('residentMiB', 'resident memory added up (RSS)'),
      ours.map((held) => held.residentMiB),
      theirs?.map((held) => held.residentMiB),
    ),
  ];
}

/** The memory of each round; undefined if the system does not report memory. */
async function rounds(directory: string, workshop: Workshop, plan: Plan['serve']): Promise<Held[] | undefined> {
  const held: Held[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    const once = await idle(directory, workshop, plan.idleMs);
    if (once === undefined) return undefined;
    held.push(once);
  }
  return held;
}

async function idle(directory: string, workshop: Workshop, idleMs: number): Promise<Held | undefined> {
  const npm = spawn('npm', ['run', 'serve'], {
    cwd: directory,
    env: {
      ...process.env,
      ...{
        PORT: String(await freePort()),
        CARRYON_STATE: join(workshop.stateDirectory, 'serve'),
        CARRYON_DEV_VARS: '',
      },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    // The command gets its own process group, as in a terminal.
    detached: true,
  });
  const exited = once(npm, 'exit');
  try {
    await untilReady(npm);
    await sleep(idleMs);
    const tree = processTree(npm.pid ?? -1);
    // A process may have ended since the tree was read.
    const [proportional, resident] = [proportionalMiB, residentMiB].map((measure) =>
      tree.map(measure).filter(isNumber),
    );
    if (proportional === undefined || resident === undefined || proportional.length === 0) return undefined;
    return { proportionalMiB: sum(proportional), residentMiB: sum(resident) };
  } finally {
    if (npm.exitCode === null) process.kill(-(npm.pid ?? 0), 'SIGINT');
    await exited;
  }
}

async function untilReady(npm: ChildProcess): Promise<void> {
  if (npm.stdout === null) throw new Error('npm has no output');
  const lines: string[] = [];
  for await (const line of createInterface({ input: npm.stdout })) {
    lines.push(line);
    if (line.startsWith('Carryon on http://')) {
      npm.stdout.resume();
      return;
    }
  }
  throw new Error(`npm run serve ended before it was ready:\n${lines.join('\n')}`);
}

/** A free port that the system chooses, because `npm run serve` wants a number. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}
