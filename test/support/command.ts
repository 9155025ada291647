import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { killAll, processTree } from './processes.ts';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** How long to wait for the last lines of a command that has ended. */
const LAST_LINES_MS = 2_000;

/** An npm script of this project, run as a person runs it: through npm, in its own process group, like a terminal's job. */
export class Command {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  output = '';
  readonly #known = new Set<number>();
  #seen: () => void = () => {};

  constructor(script: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    const child = spawn('npm', ['run', script, ...(args.length > 0 ? ['--', ...args] : [])], {
      cwd: join(import.meta.dirname, '..', '..'),
      env: commandEnvironment(environment),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.pid = child.pid ?? -1;
    const closed = new Promise((resolve) => child.once('close', resolve));
    this.exited = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        const exit = () => resolve({ code, signal });
        // The command's last lines may still be in the pipe, which a process that it left behind may hold open.
        const timer = setTimeout(exit, LAST_LINES_MS);
        closed.then(() => clearTimeout(timer)).then(exit);
      }),
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#seen();
      });
    }
  }

  /** Waits until the output contains `text`, and returns the milliseconds that this took. */
  async until(text: string, limitMs = 120_000): Promise<number> {
    const begin = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const found = new Promise<void>((resolve) => {
      this.#seen = () => this.output.includes(text) && resolve();
      this.#seen();
    });
    const tooLate = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`within ${limitMs} ms`), limitMs);
    });
    const ended = this.exited.then(() => 'before the command ended');
    const missing = await Promise.race([found, tooLate, ended]);
    clearTimeout(timer);
    if (missing !== undefined) throw new Error(`"${text}" was not said ${missing}:\n${this.output}`);
    return performance.now() - begin;
  }

  /** All processes that this command started. */
  tree(): number[] {
    const tree = processTree(this.pid);
    for (const pid of tree) this.#known.add(pid);
    return tree;
  }

  /** Kills all processes of this command, including ones that a failed test left without a parent. */
  killEverything(): void {
    this.tree();
    killAll([...this.#known], 'SIGKILL');
  }

  /** What Ctrl-C does: the terminal signals the whole group. */
  interrupt(): void {
    process.kill(-this.pid, 'SIGINT');
  }
}

/** Ports and state for the commands of one test file. It also ends everything that the file started. */
export class CommandBench {
  readonly #commands: Command[] = [];
  readonly #directories: string[] = [];

  run(script: string, environment: NodeJS.ProcessEnv, ...args: string[]): Command {
    const command = new Command(script, args, environment);
    this.#commands.push(command);
    return command;
  }

  /** The port, the URL and the variables of a machine with its own ports and an empty state. */
  async machine(): Promise<{ port: number; url: string; environment: Record<string, string> }> {
    const [port, openai, anthropic, control] = (await freePorts(4)) as [number, number, number, number];
    const state = await mkdtemp(join(tmpdir(), 'carryon-test-'));
    this.#directories.push(state);
    const environment = {
      PORT: String(port),
      SANDBOX_OPENAI_PORT: String(openai),
      SANDBOX_ANTHROPIC_PORT: String(anthropic),
      SANDBOX_CONTROL_PORT: String(control),
      CARRYON_STATE: state,
    };
    return { port, url: `http://127.0.0.1:${port}`, environment };
  }

  async close(): Promise<void> {
    for (const command of this.#commands.splice(0)) {
      command.killEverything();
      await command.exited;
    }
    for (const directory of this.#directories.splice(0)) await rm(directory, { recursive: true, force: true });
  }
}

/** This process's variables, without a developer's own settings, which would send the tests to real providers, and with `environment`. */
export const commandEnvironment = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...withoutOurs(process.env),
  CARRYON_DEV_VARS: '',
  SANDBOX_PACE: 'fast',
  ...environment,
});

function withoutOurs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = /^(PROVIDER_|CARRYON_|SANDBOX_|KEY_SECRET$|ADMIN_KEY$|PORT$|HOST$)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ours.test(name)));
}
