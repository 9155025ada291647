/** Before the tests in a browser: on a Debian machine without Chromium, where we may, installs Debian's. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findChromium } from './find-chromium.ts';

interface Machine {
  exists: typeof existsSync;
  isRoot: boolean;
  run(command: string, args: string[]): void;
}

const APT = '/usr/bin/apt-get';
const THIS_MACHINE: Machine = {
  exists: existsSync,
  isRoot: process.getuid?.() === 0,
  run: (command, args) => void execFileSync(command, args, { stdio: 'inherit' }),
};

/** Where it cannot, nothing is said here: each test file then fails by name, with what to do. */
export function installChromium(environment: NodeJS.ProcessEnv, { exists, isRoot, run }: Machine = THIS_MACHINE): void {
  try {
    findChromium(environment, exists);
  } catch {
    if (environment.CHROME_PATH || !isRoot || !exists(APT)) return;
    try {
      run(APT, ['update']);
      run(APT, ['install', '--yes', '--no-install-recommends', 'chromium']);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
    }
  }
}

export const setup = (): void => installChromium(process.env);
