/** Installs packages that tests need, on a Debian machine and if permitted. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Machine {
  exists: typeof existsSync;
  isRoot: boolean;
  run(command: string, args: string[]): void;
}

const APT = '/usr/bin/apt-get';
export const THIS_MACHINE: Machine = {
  exists: existsSync,
  isRoot: process.getuid?.() === 0,
  run: (command, args) => void execFileSync(command, args, { stdio: 'inherit' }),
};

/**
 * Installs the packages if it can. If it cannot, it is silent, and each test file that needs them fails with an error that says what to do.
 */
export function installDebian(packages: readonly string[], { exists, isRoot, run }: Machine): void {
  if (!isRoot || !exists(APT)) return;
  try {
    run(APT, ['update']);
    run(APT, ['install', '--yes', '--no-install-recommends', ...packages]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
}
