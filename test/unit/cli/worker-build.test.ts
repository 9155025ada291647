import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { judge } from '../../../bench/report/aims.ts';
import { singleRow } from '../../../bench/report/row.ts';
import { projectDirectory, workerEntryPath } from '../../../cli/project.ts';
import { buildWorker } from '../../../cli/workerd/build.ts';
import { checkConfig } from '../../../worker/core/config/check.ts';
import { PRESETS } from '../../../worker/providers/presets.ts';

const directory = mkdtempSync(join(tmpdir(), 'carryon-build-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('bundles the config as the schemas leave it: every field of docs/config.md survives as data', async () => {
  const page = readFileSync(join(projectDirectory, 'docs/config.md'), 'utf8');
  const [, example = ''] = /^```ts\n[^`]*?defineConfig\((\{.*?\})\);\n```$/ms.exec(page) ?? [];
  const configPath = join(directory, 'config.ts');
  writeFileSync(configPath, `export default ${example};\n`);
  const entry = join(directory, 'entry.ts');
  const checkedConfig = join(projectDirectory, 'worker/checked-config.ts');
  writeFileSync(entry, `export { CHECKED_CONFIG as default } from ${JSON.stringify(checkedConfig)};\n`);
  const { scriptPath } = await buildWorker(entry, join(directory, 'config.js'), { configPath });
  const bundled: { default: unknown } = await import(pathToFileURL(scriptPath).href);
  const checked = checkConfig((await import(pathToFileURL(configPath).href)).default, PRESETS);
  expect(checked).toEqual({ ok: true, value: bundled.default });
});

it('leaves out of the Worker what only the build needs: schemas of config, price table, the larger zod; it is within its limit', async () => {
  const { metafile, gzippedBytes } = await buildWorker(workerEntryPath, join(directory, 'worker.js'));
  const parts = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const bytesOf = (name: RegExp) =>
    parts.reduce((sum, [path, { bytesInOutput }]) => sum + (name.test(path) ? bytesInOutput : 0), 0);
  expect(bytesOf(/core\/config\/(?:check|schema|slo-schema|tenants-schema|.*contradictions)\.ts$/)).toBe(0);
  expect(bytesOf(/core\/pricing\/price-table\.ts$/)).toBe(0);
  expect(bytesOf(/zod\/v4\/core\/schemas\.js$/)).toBeGreaterThan(1_000);
  expect(bytesOf(/zod\/v4\/(?:classic|locales)\/|json-schema/)).toBe(0);
  const size = { id: 'bundle.gzippedKiB', group: 'Bundle', label: 'gzipped', unit: 'KiB' };
  expect(judge(singleRow(size, [gzippedBytes / 1024]))).toMatchObject({ met: true });
});
