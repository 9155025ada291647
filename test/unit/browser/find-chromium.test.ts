import { expect, test } from 'vitest';
import { findChromium } from '../../browser/support/find-chromium.ts';

const only =
  (...paths: string[]) =>
  (path: unknown) =>
    paths.includes(String(path));

test('CHROME_PATH wins, and an error names it where it is wrong', () => {
  expect(findChromium({ CHROME_PATH: '/opt/chrome', PATH: '/bin' }, only('/opt/chrome', '/bin/chromium'))).toBe(
    '/opt/chrome',
  );
  expect(() => findChromium({ CHROME_PATH: '/opt/chrome', PATH: '/bin' }, only('/bin/chromium'))).toThrow(
    'CHROME_PATH names /opt/chrome',
  );
});

test('else a browser of any usual name is found, in the order of PATH', () => {
  expect(findChromium({ PATH: '/a:/b' }, only('/b/google-chrome', '/a/chrome'))).toBe('/a/chrome');
  expect(findChromium({}, only('/snap/bin/chromium'))).toBe('/snap/bin/chromium');
});

test('a machine without one is told what to install', () => {
  expect(() => findChromium({ PATH: '/a:/b' }, only())).toThrow(/no Chrome or Chromium was found: .*CHROME_PATH/);
});
