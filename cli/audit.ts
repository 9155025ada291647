/** `npm run audit`: prints who changed what in the router that `npm run keys` calls. */
import type { AuditEntry } from '../worker/core/operators/operators.ts';
import { adminCall } from './admin-call.ts';
import { adminTarget } from './admin-target.ts';
import { auditLine } from './audit/lines.ts';
import { auditRows } from './audit/rows.ts';
import { readFlags, UsageError } from './flags.ts';
import { runScript } from './run-script.ts';

const USAGE = `npm run audit [-- --most 20] [--before NUMBER] [--json]   who changed what, from what to what, newest first

It calls the router on this machine (at PORT, or where it was last started), or another one with CARRYON_URL and ADMIN_KEY, as npm run keys does.`;

const text = { type: 'string' } as const;
const MOST_UNLESS_SAID = 20;

await runScript({ usage: USAGE, otherwise: list });

async function list(args: string[]): Promise<void> {
  const { most, before, json } = readFlags(args, { most: text, before: text, json: { type: 'boolean' } });
  if (most !== undefined && !/^[1-9]\d{0,6}$/.test(most))
    throw new UsageError(`--most ${most}: write a whole number from 1`);
  const target = adminTarget(process.env);
  const rows: AuditEntry[] = [];
  for await (const row of auditRows((method, path) => adminCall(target, method, path), { before })) {
    rows.push(row);
    if (rows.length >= Number(most ?? MOST_UNLESS_SAID)) break;
  }
  if (json) return console.log(JSON.stringify(rows, null, 2));
  if (rows.length === 0) return console.error('Nothing has been changed yet.');
  for (const row of rows) console.log(auditLine(row, Date.now()));
}
