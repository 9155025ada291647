import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { adminTarget } from '../../../cli/admin-target.ts';
import { rememberPort } from '../../../cli/remembered-port.ts';
import { stateDirectory } from '../../../cli/state-directory.ts';
import { LOCAL_ADMIN_KEY } from '../../../worker/core/identity/identity.ts';

const directory = mkdtempSync(join(tmpdir(), 'carryon-admin-'));
const devVars = join(directory, 'vars');
writeFileSync(devVars, 'ADMIN_KEY=from-file\nPORT=1\n');
afterAll(() => rmSync(directory, { recursive: true }));

const none = { CARRYON_DEV_VARS: '', CARRYON_STATE: join(directory, 'state') };
const filed = { ...none, CARRYON_DEV_VARS: devVars };
const deploy = { CARRYON_URL: 'https://carryon.example.com/', ADMIN_KEY: 'of-the-deploy' };

describe('the router that npm run keys calls', () => {
  it('is the local one, with the key of .dev.vars or else the well-known one', () => {
    expect(adminTarget(none)).toMatchObject({ url: 'http://localhost:8787', adminKey: LOCAL_ADMIN_KEY });
    expect(adminTarget({ ...filed, PORT: '9000' })).toMatchObject({
      url: 'http://localhost:9000',
      adminKey: 'from-file',
    });
  });

  it('is where the router was last started, unless PORT says another place', async () => {
    const state = join(directory, 'started');
    const started = { ...none, CARRYON_STATE: state };
    await stateDirectory(started);
    await rememberPort(state, 'http://127.0.0.1:9310');
    expect(adminTarget(started).url).toBe('http://localhost:9310');
    expect(adminTarget({ ...started, PORT: '9000' }).url).toBe('http://localhost:9000');
    writeFileSync(join(state, 'port'), 'nonsense');
    expect(adminTarget(started).url).toBe('http://localhost:8787');
  });

  it('is never the local one for the ADMIN_KEY of the environment, unless told so', () => {
    for (const environment of [none, filed, { ...filed, CARRYON_URL: '' }]) {
      expect(adminTarget({ ...environment, ADMIN_KEY: 'of-the-deploy' }).adminKey).not.toBe('of-the-deploy');
    }
    expect(adminTarget(none).hint).toContain('CARRYON_URL=http://localhost:8787');
    const told = { ...filed, CARRYON_URL: 'http://localhost:8787', ADMIN_KEY: 'mine' };
    expect(adminTarget(told)).toMatchObject({ url: 'http://localhost:8787', adminKey: 'mine' });
  });

  it('is not taken for root by somebody with an admin key of their own', () => {
    for (const environment of [none, filed, { ...filed, CARRYON_URL: '' }])
      expect(() => adminTarget({ ...environment, ADMIN_KEY: 'ak-1' })).toThrow(/CARRYON_URL=http:.* ADMIN_KEY=ak-…;/);
    const told = { ...filed, CARRYON_URL: 'http://localhost:8787', ADMIN_KEY: 'ak-1' };
    expect(adminTarget(told).adminKey).toBe('ak-1');
  });

  it('is CARRYON_URL, with the ADMIN_KEY of the environment and no other', () => {
    const target = { url: 'https://carryon.example.com', adminKey: 'of-the-deploy' };
    expect(adminTarget({ ...deploy, ...filed })).toMatchObject(target);
    expect(() => adminTarget({ ...deploy, ...filed, ADMIN_KEY: '' })).toThrow('ADMIN_KEY is not set');
    expect(() => adminTarget({ ...deploy, ADMIN_KEY: '…' })).toThrow('ADMIN_KEY cannot be sent');
  });

  it.each(['carryon.example.com', 'ftp://a.example', 'http://[::1', 'https://'])('is not %s', (url) => {
    expect(() => adminTarget({ ...deploy, CARRYON_URL: url })).toThrow(`CARRYON_URL=${url} is not a URL such as`);
  });

  it('is refused where PORT is not a port', () => {
    expect(() => adminTarget({ ...none, PORT: 'http' })).toThrow('PORT=http is not a port');
  });
});
