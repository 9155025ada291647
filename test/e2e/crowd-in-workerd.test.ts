/** Messages of many requests in one call of the ledger, in compiled code of the real runtime. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wranglerConfigPath } from '../../cli/project.ts';
import { buildWorker } from '../../cli/workerd/build.ts';
import { type RunningWorkerd, startWorkerd } from '../../cli/workerd/start-workerd.ts';
import { readWranglerConfig } from '../../cli/workerd/wrangler-config.ts';

let directory: string;
let workerd: RunningWorkerd;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'carryon-test-'));
  const scriptPath = join(directory, 'crowd', 'worker.js');
  await buildWorker(join(import.meta.dirname, '..', 'support', 'crowd-worker.js'), scriptPath);
  const { compatibilityDate } = readWranglerConfig(wranglerConfigPath);
  workerd = await startWorkerd({
    ...{ services: [{ name: 'main', port: 0, scriptPath, bare: true }], stateDirectory: join(directory, 'state') },
    wrangler: {
      compatibilityDate,
      compatibilityFlags: [],
      kvBindings: [],
      durableObjects: [],
      assets: undefined,
      vars: {},
    },
    variables: {},
    onLog: () => {},
  });
});
afterAll(async () => {
  await workerd.stop();
  await rm(directory, { recursive: true, force: true });
});

test('each request goes on as itself, however long the code has been running', async () => {
  for (let round = 0; round < 10; round++) {
    await fetch(`${workerd.url}?warm=20000`);
    const asked = Array.from({ length: 16 }, (_, index) =>
      fetch(workerd.url, { method: 'POST', body: `of ${index}` }).then((response) => response.text()),
    );
    expect(await Promise.all(asked)).toEqual(asked.map((_, index) => `of ${index}`));
  }
});
