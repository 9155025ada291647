/** Before the browser tests: installs Debian's headless Chromium shell on a Debian machine without one, if permitted. */
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

/** If it cannot, it stays silent: each test file then fails with an error that says what to do. */
export function installChromium(environment: NodeJS.ProcessEnv, { exists, isRoot, run }: Machine = THIS_MACHINE): void {
  if (environment.CHROME_PATH || !isRoot || !exists(APT) || hasShell(environment, exists)) return;
  try {
    run(APT, ['update']);
    run(APT, ['install', '--yes', '--no-install-recommends', 'chromium', 'chromium-headless-shell']);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
}

function hasShell(environment: NodeJS.ProcessEnv, exists: typeof existsSync): boolean {
  try {
    return findChromium(environment, 'shell', exists).endsWith('-headless-shell');
  } catch {
    return false;
  }
}

export const setup = (): void => installChromium(process.env);
