import { expect, it } from 'vitest';
import { installChromium } from '../../browser/support/install-chromium.ts';

const APT = '/usr/bin/apt-get';

/** The commands that were run, on a machine with these files. */
function ran(files: string[], { isRoot = true, environment = {}, fails = false } = {}): string[] {
  const lines: string[] = [];
  installChromium(
    { PATH: '/bin', ...environment },
    {
      exists: (path) => files.includes(String(path)),
      isRoot,
      run: (command, args) => {
        lines.push([command, ...args].join(' '));
        if (fails) throw new Error('no network');
      },
    },
  );
  return lines;
}

it.each([[[APT]], [[APT, '/bin/chromium']]])(
  'Debian’s Chromium and its headless shell are installed where they are missing and we may: %j',
  (files) => {
    expect(ran(files)).toEqual([
      `${APT} update`,
      `${APT} install --yes --no-install-recommends chromium chromium-headless-shell`,
    ]);
  },
);

it.each([
  ['the headless shell is there', ran([APT, '/bin/chromium-headless-shell'])],
  ['we are not root', ran([APT], { isRoot: false })],
  ['it is no Debian', ran([])],
  ['CHROME_PATH names another', ran([APT], { environment: { CHROME_PATH: '/opt/chrome' } })],
])('nothing is installed where %s', (_, lines) => {
  expect(lines).toEqual([]);
});

it('an installation that fails leaves it to the tests to say what is missing', () => {
  expect(ran([APT], { fails: true })).toEqual([`${APT} update`]);
});
