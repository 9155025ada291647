/** Debian's `prometheus` and `promtool`, which the tests of docs/prometheus.md run. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { installDebian, THIS_MACHINE } from './install-debian.ts';

type Tool = 'prometheus' | 'promtool';

function find(tool: Tool): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter);
  return directories.map((directory) => join(directory, tool)).find((path) => existsSync(path));
}

/** The program's path. If it is missing the test fails, and the error says what to install. */
export function prometheusTool(tool: Tool): string {
  const found = find(tool);
  if (found === undefined)
    throw new Error(`${tool} was not found: install it ("apt-get install prometheus" on Debian), or add it to PATH`);
  return found;
}

export interface Ran {
  code: number;
  output: string;
}

/** Runs promtool. `input` is its standard input. */
export async function promtool(args: readonly string[], input = ''): Promise<Ran> {
  const running = promisify(execFile)(prometheusTool('promtool'), args);
  running.child.stdin?.end(input);
  try {
    const { stdout, stderr } = await running;
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code = 1, stdout, stderr } = error as { code?: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

/** Installs Prometheus before the tests of real processes, so that no test waits for it. */
export function setup(): void {
  if (find('promtool') === undefined) installDebian(['prometheus'], THIS_MACHINE);
}
