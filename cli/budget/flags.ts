import { tenantName } from '../../worker/core/config/tenant-name.ts';
import { readFlags, UsageError } from '../flags.ts';

export const USAGE = `npm run budget -- show [--tenant NAME] [--scope SCOPE] [--after SCOPE] [--json]
npm run budget -- set --tenant NAME --scope SCOPE [--monthly-usd 5] [--daily-usd 1] [--rps 2] [--burst 10] [--tpm 10000] [--parallel 4]
npm run budget -- reset --tenant NAME --scope SCOPE [--period 2026-11]
npm run budget -- adjust --tenant NAME --scope SCOPE --usd -0.25 [--period 2026-11-21]
npm run budget -- revoke --tenant NAME --scope SCOPE      grants it nothing more until: restore --tenant NAME --scope SCOPE
npm run budget -- history [--tenant NAME] [--before NUMBER] [--json]

SCOPE is tenant, anonymous (all without a user), user:ID, feature:NAME or key:ID. Set a limit to "config" to restore config's own.
To lift a limit of config, set a large number. reset and adjust change the spending of that scope only, for today and this month unless you name a period.
Each change is recorded with your login name, or with --who NAME.

It calls the router on this machine (at PORT, or where it was last started) with ADMIN_KEY of .dev.vars, or with the well-known local key.
ADMIN_KEY of the environment is sent to CARRYON_URL only: CARRYON_URL=https://carryon.example.workers.dev ADMIN_KEY=…`;

const text = { type: 'string' } as const;
const whole = { tenant: text, scope: text, who: text } as const;

/** Which flags each command takes. */
export const FLAGS = {
  show: { tenant: text, scope: text, after: text, json: { type: 'boolean' } },
  set: {
    ...whole,
    ...{ 'monthly-usd': text, 'daily-usd': text, rps: text, burst: text, tpm: text, parallel: text },
  },
  reset: { ...whole, period: text },
  adjust: { ...whole, period: text, usd: text },
  revoke: whole,
  restore: whole,
  history: { tenant: text, before: text, json: { type: 'boolean' } },
} as const;

/** Writes `--usd -0.25` as `--usd=-0.25`, because Node's parser takes the number for a flag. */
export function joinNegatives(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined[joined.length - 1];
    if (/^-\.?\d/.test(arg) && last?.startsWith('--') && !last.includes('='))
      joined[joined.length - 1] = `${last}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

export const flagsOf = <Command extends keyof typeof FLAGS>(command: Command, args: readonly string[]) =>
  readFlags(joinNegatives(args), FLAGS[command]);

/** Returns a valid tenant name, which is safe as a part of a path. */
export function tenantFrom(tenant: string | undefined): string {
  if (tenant === undefined) throw new UsageError('--tenant is missing');
  const checked = tenantName.safeParse(tenant);
  if (!checked.success) throw new UsageError(`--tenant=${tenant}: ${checked.error.issues[0]?.message}`);
  return tenant;
}

export function scopeFrom(scope: string | undefined): string {
  if (scope === undefined) throw new UsageError('--scope is missing, such as tenant, user:ana or feature:chat');
  return scope;
}

/** Reads a number. The router checks its range. */
export function numberFrom(flag: string, written: string, right: string): number {
  if (!/^-?(\d+(\.\d*)?|\.\d+)$/.test(written)) throw new UsageError(`--${flag}=${written}: write ${right}`);
  return Number(written);
}

const LIMIT_FLAGS = {
  'monthly-usd': 'monthlyUsd',
  'daily-usd': 'dailyUsd',
  rps: 'rps',
  burst: 'burst',
  tpm: 'tpm',
  parallel: 'parallel',
} as const;

type LimitFlag = keyof typeof LIMIT_FLAGS;

/** The limits in the router's form. Null restores config's limit. */
export function limitsFrom(flags: { [Flag in LimitFlag]?: string | undefined }): Record<string, number | null> {
  const limits: Record<string, number | null> = {};
  for (const [flag, field] of Object.entries(LIMIT_FLAGS) as [LimitFlag, string][]) {
    const written = flags[flag];
    if (written === undefined) continue;
    const right = `a number, or "config" to restore config's own limit (to lift that one, a large number)`;
    limits[field] = written === 'config' ? null : numberFrom(flag, written, right);
  }
  if (Object.keys(limits).length === 0) {
    const names = Object.keys(LIMIT_FLAGS).map((flag) => `--${flag}`);
    throw new UsageError(`Say which limit to set: ${names.join(', ')}`);
  }
  return limits;
}
