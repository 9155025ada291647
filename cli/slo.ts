/**
 * `npm run slo`: prints the state of the promises, and writes documents about them and files for Prometheus, Alertmanager, Grafana and
 * sloth.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { resolveConfig } from '../worker/core/config/resolve.ts';
import type { CheckedConfig } from '../worker/core/config/schema.ts';
import type { ShownPolicy } from '../worker/core/slo/policy/shown-policies.ts';
import type { SloReport } from '../worker/core/slo/report.ts';
import { PRESETS } from '../worker/providers/presets.ts';
import { adminCall } from './admin-call.ts';
import { adminTarget } from './admin-target.ts';
import { readConfig, warningLine } from './check-config.ts';
import { readFlags, UsageError } from './flags.ts';
import { projectDirectory, shownPath } from './project.ts';
import { replaceChanged } from './replace-file.ts';
import { runScript } from './run-script.ts';
import { drafts } from './slo/documents/documents.ts';
import { dayOf } from './slo/documents/words.ts';
import { writeDocuments } from './slo/documents/write.ts';
import { promiseLines } from './slo/list-lines.ts';
import { policyLines } from './slo/policy-lines.ts';
import { prometheusFiles } from './slo/prometheus-files.ts';
import { readReport, writeReport } from './slo/report/write.ts';

const USAGE = `npm run slo -- list [--tenant NAME] [--feature NAME] [--window 1h] [--json]   the state of the promises
npm run slo -- policies [--json]        what each rule of slo.policy would do, and which hold now
npm run slo -- generate [--out DIR]     writes slo.md, budgets.md, sow-clause.md and operations.md (to promises)
npm run slo -- report --month 2026-11 [--tenant NAME] [--all] [--out DIR]
    writes a month's report as Markdown and HTML (to slo/reports); --all: also promises that slo.public does not name
npm run slo -- prometheus [--out DIR]   writes rules, a dashboard, a sloth file and examples (to slo/prometheus)

list, policies and report call the router on this machine (at PORT, or where it was last started), or another one with CARRYON_URL and ADMIN_KEY, as npm run keys does.
generate and prometheus read carryon.config.ts and call nothing. docs/slo.md, docs/documents.md and docs/prometheus.md say more.`;

const COMMANDS = { list, policies, generate, report, prometheus } as const;

await runScript({ usage: USAGE, commands: COMMANDS });

async function list(args: string[]): Promise<void> {
  const one = { type: 'string' } as const;
  const flags = { tenant: one, feature: one, window: one, json: { type: 'boolean' } } as const;
  const { json, ...narrowing } = readFlags(args, flags);
  const query = new URLSearchParams(Object.entries(narrowing));
  const report = await adminCall<SloReport>(adminTarget(process.env), 'GET', `/admin/slo?${query}`);
  console.log(json ? JSON.stringify(report, null, 2) : promiseLines(report, narrowing.tenant).join('\n'));
}

async function policies(args: string[]): Promise<void> {
  const { json } = readFlags(args, { json: { type: 'boolean' } });
  const answer = await adminCall<{ policies: ShownPolicy[] }>(adminTarget(process.env), 'GET', '/admin/policies');
  console.log(json ? JSON.stringify(answer, null, 2) : policyLines(answer.policies).join('\n'));
}

async function generate(args: string[]): Promise<void> {
  const { out } = readFlags(args, { out: { type: 'string' } });
  // The environment is left out, so that the same config makes the same documents on every machine.
  const { config } = resolveConfig(await checkedConfig(), {}, PRESETS);
  const directory = resolve(projectDirectory, out ?? 'promises');
  const written = await writeDocuments(directory, drafts(config), dayOf(Date.now()));
  for (const { path, isChanged } of written) console.log(`${shownPath(path)}${isChanged ? '' : ' (unchanged)'}`);
}

async function report(args: string[]): Promise<void> {
  const one = { type: 'string' } as const;
  const flags = { month: one, tenant: one, out: one, all: { type: 'boolean' } } as const;
  const { month, tenant, out, all: withAll = false } = readFlags(args, flags);
  if (month === undefined || !/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month))
    throw new UsageError('Say which month, such as --month 2026-11');
  const asked = { month, tenant, withAll };
  const said = await readReport(adminTarget(process.env), asked);
  for (const path of await writeReport(resolve(projectDirectory, out ?? 'slo/reports'), asked, said))
    console.log(shownPath(path));
  console.log(said.verdict.text);
}

async function prometheus(args: string[]): Promise<void> {
  const { out } = readFlags(args, { out: { type: 'string' } });
  const { config } = resolveConfig(await checkedConfig(), process.env, PRESETS);
  const directory = resolve(projectDirectory, out ?? 'slo/prometheus');
  await mkdir(directory, { recursive: true });
  for (const [name, text] of prometheusFiles(config)) {
    await replaceChanged(join(directory, name), text);
    console.log(shownPath(join(directory, name)));
  }
}

async function checkedConfig(): Promise<CheckedConfig> {
  const read = await readConfig(join(projectDirectory, 'carryon.config.ts'));
  if (!read.ok) throw new Error(read.error.join('\n'));
  for (const warning of read.value.warnings) console.error(warningLine(warning));
  return read.value.config;
}
