import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'chrome-headless-shell',
];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/usr/lib/chromium/chromium',
  '/snap/bin/chromium',
];

/** Chrome or Chromium of this machine: `CHROME_PATH`, else by its usual names. */
export function findChromium({ CHROME_PATH, PATH = '' }: NodeJS.ProcessEnv, exists = existsSync): string {
  if (CHROME_PATH) {
    if (exists(CHROME_PATH)) return CHROME_PATH;
    throw new Error(`CHROME_PATH names ${CHROME_PATH}, and there is no such file`);
  }
  const places = [...PATH.split(delimiter).flatMap((place) => NAMES.map((name) => join(place, name))), ...ELSEWHERE];
  const found = places.find((place) => exists(place));
  if (found === undefined) {
    throw new Error(
      'no Chrome or Chromium was found: install one ("apt-get install chromium" on Debian), or set CHROME_PATH to its program',
    );
  }
  return found;
}
