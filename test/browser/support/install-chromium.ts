/** Before the browser tests: installs Debian's headless Chromium shell on a Debian machine without one, if permitted. */
import { installDebian, type Machine, THIS_MACHINE } from '../../support/install-debian.ts';
import { findChromium } from './find-chromium.ts';

export function installChromium(environment: NodeJS.ProcessEnv, machine: Machine = THIS_MACHINE): void {
  if (environment.CHROME_PATH || hasShell(environment, machine.exists)) return;
  installDebian(['chromium', 'chromium-headless-shell'], machine);
}

function hasShell(environment: NodeJS.ProcessEnv, exists: Machine['exists']): boolean {
  try {
    return findChromium(environment, 'shell', exists).endsWith('-headless-shell');
  } catch {
    return false;
  }
}

export const setup = (): void => installChromium(process.env);
