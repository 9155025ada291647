import { describe, expect, it } from 'vitest';
import { isLocal } from '../../../../worker/core/config/local.ts';
import { isLocalHost, isLoopbackOrigin } from '../../../../worker/core/identity/loopback.ts';

describe('a host of this machine', () => {
  const own = ['localhost', 'LOCALHOST', 'localhost.', 'a.b.localhost', '127.0.0.1', '127.8.9.255', '[::1]'];
  const strange = [
    ...['', 'evil.example', 'localhost.evil.example', 'evillocalhost', '127.0.0.1.evil.example', '127.0.0.256'],
    ...[
      '126.0.0.1',
      '10.0.0.5',
      '0.0.0.0',
      '[::]',
      '[::1].evil.example',
      '2130706433',
      'localhost@evil.example',
      'my-box.lan',
    ],
  ];

  it.each(own)('is %s', (host) => {
    for (const port of ['', ':80', ':65535']) expect(isLocalHost(`${host}${port}`, [])).toBe(true);
    for (const scheme of ['http', 'https']) expect(isLoopbackOrigin(`${scheme}://${host}:5173`)).toBe(true);
    expect(isLoopbackOrigin(`http://${host}`)).toBe(true);
  });

  it.each(strange)('is not %j', (host) => {
    expect(isLocalHost(host, [])).toBe(false);
    expect(isLocalHost(`${host}:8787`, [])).toBe(false);
    expect(isLoopbackOrigin(`http://${host}`)).toBe(false);
  });

  it('is one that config names, at any port', () => {
    for (const host of ['my-box.lan', 'MY-BOX.lan:8787']) expect(isLocalHost(host, ['my-box.lan'])).toBe(true);
    expect(isLocalHost('not-my-box.lan', ['my-box.lan'])).toBe(false);
  });

  it('has no origin in another scheme, with a path, or without one', () => {
    for (const origin of [
      'null',
      '',
      'file://localhost',
      'http://localhost/',
      'http://localhost:5173.evil.example',
      'http://localhost:x',
    ]) {
      expect(isLoopbackOrigin(origin)).toBe(false);
    }
  });
});

describe('local mode', () => {
  it('is on for 1 and true alone', () => {
    for (const CARRYON_LOCAL of ['1', 'true', 1, true]) expect(isLocal({ CARRYON_LOCAL })).toBe(true);
    for (const CARRYON_LOCAL of [
      '',
      '0',
      'false',
      'off',
      'no',
      'False',
      'FALSE',
      '0 ',
      ' 1',
      'yes',
      'TRUE',
      0,
      false,
      null,
      undefined,
      {},
    ]) {
      expect(isLocal({ CARRYON_LOCAL })).toBe(false);
    }
  });
});
