import { expect, test } from 'vitest';
import { findChromium } from '../../browser/support/find-chromium.ts';

const only =
  (...paths: string[]) =>
  (path: unknown) =>
    paths.includes(String(path));

test('CHROME_PATH wins, and an error names it where it is wrong', () => {
  expect(
    findChromium({ CHROME_PATH: '/opt/chrome', PATH: '/bin' }, 'shell', only('/opt/chrome', '/bin/chromium')),
  ).toBe('/opt/chrome');
  expect(() => findChromium({ CHROME_PATH: '/opt/chrome', PATH: '/bin' }, 'shell', only('/bin/chromium'))).toThrow(
    'CHROME_PATH names /opt/chrome',
  );
});

test('else a browser of any usual name is found, in the order of PATH', () => {
  expect(findChromium({ PATH: '/a:/b' }, 'whole', only('/b/google-chrome', '/a/chrome'))).toBe('/a/chrome');
  expect(findChromium({}, 'whole', only('/snap/bin/chromium'))).toBe('/snap/bin/chromium');
});

test('the headless shell or the whole browser is taken as asked for, and the other one where it is missing', () => {
  const both = only('/a/chromium', '/b/chromium-headless-shell');
  expect(findChromium({ PATH: '/a:/b' }, 'shell', both)).toBe('/b/chromium-headless-shell');
  expect(findChromium({ PATH: '/a:/b' }, 'whole', both)).toBe('/a/chromium');
  expect(findChromium({ PATH: '/a:/b' }, 'shell', only('/a/chromium'))).toBe('/a/chromium');
  expect(findChromium({ PATH: '/a:/b' }, 'whole', only('/b/chrome-headless-shell'))).toBe('/b/chrome-headless-shell');
});

test('a machine without one is told what to install', () => {
  expect(() => findChromium({ PATH: '/a:/b' }, 'whole', only())).toThrow(
    /no Chrome or Chromium was found: .*CHROME_PATH/,
  );
});
