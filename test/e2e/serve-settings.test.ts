import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { portFrom, readMachineVariables } from '../../cli/environment.ts';
import { withSandboxProviders } from '../../cli/local-defaults.ts';
import { wranglerConfigPath } from '../../cli/project.ts';
import { printCapnp } from '../../cli/workerd/capnp.ts';
import { readableLine } from '../../cli/workerd/log-lines.ts';
import { parseToml } from '../../cli/workerd/toml.ts';
import { readWranglerConfig } from '../../cli/workerd/wrangler-config.ts';

describe('variables', () => {
  const named = ['KEY_SECRET', 'PROVIDER_A'];
  let directory: string;
  let devVars: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'carryon-test-'));
    devVars = join(directory, '.dev.vars');
    await writeFile(devVars, 'PROVIDER_A_KEY="from file"\nOTHER=kept # why\nEMPTY=\nCARRYON_LOCAL=1\n');
  });
  afterAll(() => rm(directory, { recursive: true }));

  test('come whole from .dev.vars, by name from the environment, which wins', () => {
    const environment = { CARRYON_DEV_VARS: devVars, PROVIDER_A_KEY: 'from env', KEY_SECRET: 's', HOME: '/x' };
    expect(readMachineVariables(named, environment, { OTHER: 'default', MORE: 'default' })).toEqual({
      variables: { PROVIDER_A_KEY: 'from env', OTHER: 'kept', KEY_SECRET: 's', MORE: 'default' },
      localAsked: true,
    });
  });

  test('set to nothing are not set', () => {
    const environment = { CARRYON_DEV_VARS: devVars, PROVIDER_A_KEY: '', CARRYON_LOCAL: '' };
    const { variables, localAsked } = readMachineVariables(named, environment);
    expect(variables).toEqual({ OTHER: 'kept' });
    expect(localAsked).toBe(false);
  });

  test.for([
    [undefined, undefined],
    ['0', false],
    ['1', true],
  ] as const)('CARRYON_LOCAL=%s asks for local mode: %s', ([value, asked]) => {
    const environment = { CARRYON_DEV_VARS: '', ...(value && { CARRYON_LOCAL: value }) };
    expect(readMachineVariables(named, environment).localAsked).toBe(asked);
  });

  test('that say neither on nor off, or name a file that is not there, are refused by name', () => {
    expect(() => readMachineVariables(named, { CARRYON_DEV_VARS: '', CARRYON_LOCAL: 'no' })).toThrow(
      'CARRYON_LOCAL=no is neither 1 (on) nor 0 (off)',
    );
    const nowhere = join(directory, 'nowhere');
    expect(() => readMachineVariables(named, { CARRYON_DEV_VARS: nowhere })).toThrow(
      `CARRYON_DEV_VARS=${nowhere} cannot be read (ENOENT)`,
    );
    expect(() => readMachineVariables(named, { CARRYON_DEV_VARS: directory })).toThrow('(EISDIR)');
  });

  test('that are no port are refused by name', () => {
    expect(portFrom({}, 'PORT', 8787)).toBe(8787);
    expect(portFrom({ PORT: '80' }, 'PORT', 8787)).toBe(80);
    expect(() => portFrom({ PORT: 'http' }, 'PORT', 8787)).toThrow('PORT=http is not a port');
  });
});

test('a slot without its own provider points at the sandbox, without the real key', () => {
  const own = { PROVIDER_A_API_BASE: 'https://api.example.com/v1', PROVIDER_A_KEY: 'real', PROVIDER_B_KEY: 'real' };
  expect(withSandboxProviders(own)).toEqual({
    ...own,
    PROVIDER_B_API_BASE: 'http://localhost:8789/v1',
    PROVIDER_B_FORMAT: 'anthropic',
    PROVIDER_B_KEY: 'sandbox-key',
    PROVIDER_B_MODEL: 'sandbox-anthropic',
    PROVIDER_B_PRICE: '{"input":1,"output":4,"cachedInput":0.1,"cacheWrite":1,"tiers":[]}',
  });
});

test('wrangler.toml is read as wrangler reads it', () => {
  expect(readWranglerConfig(wranglerConfigPath)).toMatchObject({
    compatibilityDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    compatibilityFlags: expect.arrayContaining(['enable_request_signal']),
    kvBindings: ['STATE'],
    durableObjects: expect.arrayContaining([{ binding: 'HEALTH_BOARD', className: 'HealthBoard' }]),
  });
});

test('TOML: what is not understood is an error with its line, never a setting missed', () => {
  const text = "a = 'x#y' # why\n[b.c]\nd = [\"e\", 'f',]\n[[g]]\nh = true\n[[g]]\nh = 2\n";
  expect(parseToml(text)).toEqual([
    { name: '', values: { a: 'x#y' } },
    { name: 'b.c', values: { d: ['e', 'f'] } },
    { name: 'g', values: { h: true } },
    { name: 'g', values: { h: 2 } },
  ]);
  expect(() => parseToml('a = 1\nb = [\n')).toThrow('line 2');
  expect(() => parseToml('a = { b = 1 }')).toThrow('line 1');
});

test("Cap'n Proto text cannot be broken out of", () => {
  expect(printCapnp('a"b\\c\né')).toBe('"a\\"b\\\\c\\x0a\\xc3\\xa9"');
  expect(printCapnp({ name: 'x', list: [], on: true })).toBe('(name = "x", list = [], on = true)');
});

test('log lines of workerd are made readable, those of the Worker are left alone', () => {
  expect(readableLine('said by the Worker')).toBe('said by the Worker');
  expect(readableLine('stack: /a/workerd@28a3c60 /a/workerd@3ac7580')).toBeUndefined();
  const thrown = 'workerd/server/listen.c++:373: error: Uncaught exception: workerd/jsg/value.h:1535: failed: ';
  expect(readableLine(`${thrown}remote.jsg.Error: boom`)).toBe('workerd error: Uncaught exception: Error: boom');
  const alarm = 'workerd/io/actor-sqlite.c++:790: warning: NOSENTRY';
  expect(readableLine(`${alarm} SQLite alarm overdue, running despite AlarmManager mismatch; x = 1`)).toBeUndefined();
  expect(readableLine('NOSENTRY SQLite alarm overdue')).toBe('NOSENTRY SQLite alarm overdue');
  expect(readableLine(`${alarm} output lock broke`)).toBe('workerd warning: NOSENTRY output lock broke');
});
