/**
 * `npm run budget -- show|set|reset|adjust|revoke|restore|history`: shows and changes what tenants may spend and have spent, in the router
 * that `npm run keys` calls.
 */
import { LOCAL_IDENTITY } from '../worker/core/identity/identity.ts';
import type { Limits } from '../worker/core/ledger/types.ts';
import { adminCall } from './admin-call.ts';
import { adminTarget } from './admin-target.ts';
import { type FLAGS, flagsOf, limitsFrom, numberFrom, scopeFrom, tenantFrom, USAGE } from './budget/flags.ts';
import {
  type Correction,
  correctionText,
  type HistoryAnswer,
  historyLines,
  type LedgerAnswer,
  showLines,
} from './budget/show.ts';
import { limitsText } from './budget/words.ts';
import { UsageError } from './flags.ts';
import { operatorName } from './operator.ts';
import { runScript } from './run-script.ts';
import { warnOfUnknownTenant } from './unknown-tenant.ts';

const COMMANDS = { show, set, reset, adjust, revoke, restore, history } satisfies Record<keyof typeof FLAGS, unknown>;

await runScript({ usage: USAGE, commands: COMMANDS });

async function show(args: string[]): Promise<void> {
  const { tenant, scope, after, json } = flagsOf('show', args);
  const query = { ...(scope !== undefined && { scope }), ...(after !== undefined && { after }) };
  const answer = await call<LedgerAnswer>('GET', ledgerPath(tenant ?? ownTenant(), '', query));
  print(json ? [JSON.stringify(answer, null, 2)] : showLines(answer, scope));
  if (answer.settlements.length === 0) await warnOfUnknownTenant(adminTarget(process.env), answer.tenant);
}

async function history(args: string[]): Promise<void> {
  const { tenant, before, json } = flagsOf('history', args);
  const query = before === undefined ? {} : { before };
  const answer = await call<HistoryAnswer>('GET', ledgerPath(tenant ?? ownTenant(), '/history', query));
  print(json ? [JSON.stringify(answer, null, 2)] : historyLines(answer));
}

async function set(args: string[]): Promise<void> {
  const { who, ...flags } = flagsOf('set', args);
  const [tenant, scope] = [tenantFrom(flags.tenant), scopeFrom(flags.scope)];
  const path = `/admin/tenants/${tenant}/limits`;
  const body = { scope, ...limitsFrom(flags), who: operatorName(who) };
  const answer = await call<{ set: Partial<Limits>; limits: Limits; note?: string }>('PUT', path, body);
  print([
    `Set by hand for ${scope} of ${tenant}: ${limitsText(answer.set) || 'no limit any more'}`,
    `In force, with config's: ${limitsText(answer.limits) || 'no limits'}`,
    ...(answer.limits.burst !== null && answer.limits.rps === null ? ['A burst without rps limits nothing.'] : []),
    ...(answer.note === undefined ? [] : [`Note: ${answer.note}.`]),
  ]);
  await warnOfUnknownTenant(adminTarget(process.env), tenant);
}

async function reset(args: string[]): Promise<void> {
  const { tenant, scope, period, who } = flagsOf('reset', args);
  await correct(tenant, scope, { reset: true, period, who: operatorName(who) });
}

async function adjust(args: string[]): Promise<void> {
  const { tenant, scope, usd, period, who } = flagsOf('adjust', args);
  if (usd === undefined) throw new UsageError('--usd is missing, such as --usd -0.25');
  const deltaUsd = numberFrom('usd', usd, 'an amount in USD such as -0.25');
  await correct(tenant, scope, { deltaUsd, period, who: operatorName(who) });
}

function revoke(args: string[]): Promise<void> {
  return judge(true, flagsOf('revoke', args));
}

function restore(args: string[]): Promise<void> {
  return judge(false, flagsOf('restore', args));
}

async function judge(revoked: boolean, flags: ReturnType<typeof flagsOf<'revoke'>>): Promise<void> {
  const [tenant, scope] = [tenantFrom(flags.tenant), scopeFrom(flags.scope)];
  await call('POST', ledgerPath(tenant, '/revocations'), { scope, revoked, who: operatorName(flags.who) });
  print([
    revoked
      ? `${scope} of ${tenant} gets nothing more; npm run budget -- restore undoes it`
      : `${scope} of ${tenant} gets again what its limits allow`,
  ]);
  await warnOfUnknownTenant(adminTarget(process.env), tenant);
}

async function correct(
  tenantFlag: string | undefined,
  scopeFlag: string | undefined,
  change: { deltaUsd?: number; [field: string]: unknown },
): Promise<void> {
  const [tenant, scope] = [tenantFrom(tenantFlag), scopeFrom(scopeFlag)];
  const path = ledgerPath(tenant, '/adjustments');
  const { periods } = await call<{ periods: Correction[] }>('POST', path, { scope, ...change });
  print(periods.map((period) => `${scope} of ${tenant}, ${correctionText(period, change.deltaUsd)}`));
  await warnOfUnknownTenant(adminTarget(process.env), tenant);
}

/** Only the local router has a well-known tenant. */
function ownTenant(): string {
  if (process.env.CARRYON_URL) throw new UsageError('--tenant is missing');
  return LOCAL_IDENTITY.tenant;
}

function ledgerPath(tenant: string, rest: string, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `/admin/ledger/${tenantFrom(tenant)}${rest}${search && `?${search}`}`;
}

function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  return adminCall<Answer>(adminTarget(process.env), method, path, body);
}

function print(lines: readonly string[]): void {
  console.log(lines.join('\n'));
}
