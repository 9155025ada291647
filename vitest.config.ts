import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { withSandboxProviders } from './cli/local-defaults.ts';
import { projectDirectory, workerEntryPath, wranglerConfigPath } from './cli/project.ts';
import { readWranglerConfig } from './cli/workerd/wrangler-config.ts';
import { OPENAPI_FILE, SERVICE_WORKER_FILE } from './protocol/static-files.ts';
import { LongestFirst } from './test/support/longest-first.ts';

const worker = readWranglerConfig(wranglerConfigPath);

/** Files at a time. They mostly wait for other processes: on two cores, each needs a third of one. */
const maxWorkers = availableParallelism() + 4;

/** The static files that the Worker itself reads. */
const staticFile = (request: { url: string }) => {
  const { pathname } = new URL(request.url);
  if (pathname === SERVICE_WORKER_FILE) return new Response('/* the service worker */');
  if (pathname === OPENAPI_FILE) return new Response(readFileSync(join(projectDirectory, 'public', OPENAPI_FILE)));
  return new Response(null, { status: 404 });
};

/** For what never ends. What is only slow, on a machine that is busy with other things, has all the time it needs. */
const PATIENT = { testTimeout: 300_000, hookTimeout: 300_000 };

const E2E = { ...PATIENT, include: ['test/e2e/**/*.test.ts'] };
const pathOf = (name: string) => `test/e2e/${name}.test.ts`;
/** On a busy machine the router misses the seconds that these give it. They mostly wait, so they run beside each other. */
const TIMED = ['budget-disconnect', 'budget-rates', 'disconnect'].map(pathOf);
/** A load that would disturb all others, and a comparison of times to a few milliseconds. */
const ALONE = ['budget-load', 'slo-truth'].map(pathOf);

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        // Pure code: its files share a process, and so what they import.
        test: { ...PATIENT, name: 'unit', include: ['test/unit/**/*.test.ts'], maxWorkers, isolate: false },
      },
      {
        // Inside workerd, storage fresh for every file. What wrangler.toml says goes in by hand, not by `wrangler.configPath`,
        // which would bring a developer's .dev.vars along, real providers and all.
        plugins: [
          cloudflareTest({
            main: workerEntryPath,
            miniflare: {
              compatibilityDate: worker.compatibilityDate,
              // vitest's own code in there wants Node's modules.
              compatibilityFlags: worker.compatibilityFlags.filter((flag) => flag !== 'no_nodejs_compat'),
              kvNamespaces: worker.kvBindings,
              durableObjects: Object.fromEntries(
                worker.durableObjects.map(({ binding, className }) => [binding, { className, useSQLite: true }]),
              ),
              // Static files stand in: a test of these says what they hold.
              serviceBindings: worker.assets ? { [worker.assets.binding]: staticFile } : {},
              bindings: { ...worker.vars, ...withSandboxProviders({}), CARRYON_LOCAL: '1' },
            },
          }),
        ],
        test: { ...PATIENT, name: 'workers', include: ['test/workers/**/*.test.ts'], maxWorkers },
      },
      {
        // Real processes on real ports.
        test: {
          ...{ ...E2E, name: 'e2e', exclude: [...TIMED, ...ALONE], maxWorkers },
          globalSetup: ['test/support/built-once.ts', 'test/support/prometheus-tools.ts'],
        },
      },
      {
        // Chromium against the built router.
        test: {
          ...PATIENT,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/support/built-once.ts', 'test/browser/support/install-chromium.ts'],
          maxWorkers,
        },
      },
      {
        test: {
          ...{ ...E2E, name: 'e2e-timed', include: TIMED, maxWorkers: TIMED.length, sequence: { groupOrder: 1 } },
          globalSetup: 'test/support/built-once.ts',
        },
      },
      {
        test: {
          ...{ ...E2E, name: 'e2e-alone', include: ALONE, fileParallelism: false, sequence: { groupOrder: 2 } },
          globalSetup: 'test/support/built-once.ts',
        },
      },
    ],
  },
});
