import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
/** The same engine without a browser's own windows: a test takes a quarter of the CPU time. */
const SHELL_NAMES = ['chromium-headless-shell', 'chrome-headless-shell'];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/usr/lib/chromium/chromium',
  '/snap/bin/chromium',
];

/** `shell`: the headless shell, or else the whole browser. `whole`: the reverse. */
export type BrowserKind = 'shell' | 'whole';

/** Chrome or Chromium of this machine: `CHROME_PATH`, else by its usual names. */
export function findChromium(
  { CHROME_PATH, PATH = '' }: NodeJS.ProcessEnv,
  kind: BrowserKind,
  exists = existsSync,
): string {
  if (CHROME_PATH) {
    if (exists(CHROME_PATH)) return CHROME_PATH;
    throw new Error(`CHROME_PATH names ${CHROME_PATH}, and there is no such file`);
  }
  const placesOf = (names: readonly string[]) =>
    PATH.split(delimiter).flatMap((place) => names.map((name) => join(place, name)));
  const [whole, shells] = [[...placesOf(NAMES), ...ELSEWHERE], placesOf(SHELL_NAMES)];
  const places = kind === 'shell' ? [...shells, ...whole] : [...whole, ...shells];
  const found = places.find((place) => exists(place));
  if (found === undefined) {
    throw new Error(
      'no Chrome or Chromium was found: install one ("apt-get install chromium" on Debian), or set CHROME_PATH to its program',
    );
  }
  return found;
}
