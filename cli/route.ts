/** `npm run route`: pins, bypass, faults, alias lists, safeguards and a freeze on top of config, and cooldowns, in the router that `npm run keys` calls. */
import { readFile } from 'node:fs/promises';
import type { ListedDeployment } from '../worker/core/routing/overrides.ts';
import type { ShownOverrides } from '../worker/core/routing/shown-overrides.ts';
import { adminCall } from './admin-call.ts';
import { adminTarget } from './admin-target.ts';
import { auditRows } from './audit/rows.ts';
import { requiredFlag, UsageError } from './flags.ts';
import { deploymentsFrom, endFrom, endIfAny, type FLAGS, flagsOf, USAGE } from './route/flags.ts';
import { type CooldownsAnswer, deploymentsText, listLines } from './route/lines.ts';
import { aliasPath, isOfAlias, undoOf } from './route/undo.ts';
import { runScript } from './run-script.ts';
import { untilText } from './times.ts';
import { warnOfUnknownTenant } from './unknown-tenant.ts';

const COMMANDS = {
  ...{ list, pin, unpin, bypass, unbypass, clear, fault, unfault, alias, unalias, undo },
  ...{ safeguard, unsafeguard, freeze, unfreeze },
} satisfies Record<keyof typeof FLAGS, unknown>;

await runScript({ usage: USAGE, commands: COMMANDS });

async function list(args: string[]): Promise<void> {
  const { json } = flagsOf('list', args);
  const overrides = await call<ShownOverrides>('GET', '/admin/overrides');
  const cooldowns = await call<CooldownsAnswer>('GET', '/admin/cooldowns');
  if (json) return console.log(JSON.stringify({ ...overrides, ...cooldowns }, null, 2));
  console.log(listLines(overrides, cooldowns, Date.now()).join('\n'));
}

async function pin(args: string[]): Promise<void> {
  const flags = flagsOf('pin', args);
  const [alias, deployment] = [requiredFlag('alias', flags.alias), requiredFlag('deployment', flags.deployment)];
  const body = { deployment, ...endFrom(flags, Date.now()), reason: requiredFlag('reason', flags.reason) };
  const set = await call<SetAnswer>('PUT', `/admin/pins/${encodeURIComponent(alias)}`, body);
  tell(`${alias} asks ${deployment} first`, set);
}

async function unpin(args: string[]): Promise<void> {
  const alias = requiredFlag('alias', flagsOf('unpin', args).alias);
  const answer = await call<ClearAnswer>('DELETE', `/admin/pins/${encodeURIComponent(alias)}`);
  tellCleared(answer, `${alias} is not pinned any more`, `${alias} was not pinned`);
}

async function bypass(args: string[]): Promise<void> {
  const { alias, ...flags } = flagsOf('bypass', args);
  const body = {
    ...(alias !== undefined && { alias }),
    ...endFrom(flags, Date.now()),
    reason: requiredFlag('reason', flags.reason),
  };
  const set = await call<SetAnswer>('PUT', '/admin/bypass', body);
  tell(`Bypass of ${alias ?? 'all aliases'}: one attempt at the first deployment`, set);
}

async function unbypass(args: string[]): Promise<void> {
  const { alias } = flagsOf('unbypass', args);
  const query = alias === undefined ? '' : `?${new URLSearchParams({ alias })}`;
  const answer = await call<ClearAnswer>('DELETE', `/admin/bypass${query}`);
  const whose = alias ?? 'all aliases';
  tellCleared(answer, `The bypass of ${whose} is over`, `There was no bypass of ${whose}`);
}

async function clear(args: string[]): Promise<void> {
  const deployment = requiredFlag('deployment', flagsOf('clear', args).deployment);
  const answer = await call<ClearAnswer>('DELETE', `/admin/cooldowns/${encodeURIComponent(deployment)}`);
  tellCleared(answer, `The cooldown of ${deployment} is over`, `${deployment} was not in cooldown`);
}

async function fault(args: string[]): Promise<void> {
  const flags = flagsOf('fault', args);
  const deployment = requiredFlag('deployment', flags.deployment);
  const [kind, traffic] = [requiredFlag('fault', flags.fault), requiredFlag('traffic', flags.traffic)];
  if (traffic === 'all' && !flags.yes)
    throw new UsageError('--traffic all affects every request of every tenant; add --yes if you mean that');
  const { reason, yes } = flags;
  const more = { ...(reason !== undefined && { reason }), ...(yes && { yes }) };
  const body = { fault: kind, traffic, ...endFrom(flags, Date.now()), ...more };
  const set = await call<SetAnswer>('PUT', `/admin/faults/${encodeURIComponent(deployment)}`, body);
  tell(`${deployment} has the fault ${kind} for traffic ${traffic}`, set);
  const tenant = /^tenant:(.+)$/.exec(traffic)?.[1];
  if (tenant !== undefined) await warnOfUnknownTenant(adminTarget(process.env), tenant);
}

async function unfault(args: string[]): Promise<void> {
  const deployment = requiredFlag('deployment', flagsOf('unfault', args).deployment);
  const answer = await call<ClearAnswer>('DELETE', `/admin/faults/${encodeURIComponent(deployment)}`);
  tellCleared(answer, `${deployment} has no fault any more`, `${deployment} had no fault`);
}

async function alias(args: string[]): Promise<void> {
  const { alias, deployment, list, ...flags } = flagsOf('alias', args);
  const name = requiredFlag('alias', alias);
  if ((deployment === undefined) === (list === undefined))
    throw new UsageError('Name the deployments with --deployment ID=MODEL, or in a file with --list FILE');
  const deployments = list === undefined ? deploymentsFrom(deployment ?? []) : await readList(list);
  const body = { deployments, ...endIfAny(flags, Date.now()), reason: requiredFlag('reason', flags.reason) };
  const set = await call<SetAnswer>('PUT', aliasPath(name), body).catch((error: Error) => {
    const isUnpriced =
      list === undefined && error.message.startsWith('deployments.') && error.message.includes('.price:');
    throw isUnpriced ? new Error(`${error.message}, in a file for --list`) : error;
  });
  tell(`${name} is served by ${deploymentsText(deployments)}`, set);
  if (deployments.length === 1) console.log('It is the only one, so requests fail if it does.');
}

async function unalias(args: string[]): Promise<void> {
  const name = requiredFlag('alias', flagsOf('unalias', args).alias);
  tellUnlisted(name, await call<ClearAnswer>('DELETE', aliasPath(name)));
}

function tellUnlisted(name: string, answer: ClearAnswer): void {
  const list = `served by config's own list`;
  tellCleared(answer, `${name} is ${list} again`, `${name} was ${list} already`);
}

async function undo(args: string[]): Promise<void> {
  const name = requiredFlag('alias', flagsOf('undo', args).alias);
  for await (const row of auditRows(call)) {
    if (!isOfAlias(row, name)) continue;
    if (row.pending)
      throw new Error(
        `The last change of ${name} (audit ${row.number}) never finished, so it may or may not have been made. Look at npm run route -- list, then set it with alias or unalias.`,
      );
    const before = undoOf(row, Date.now());
    if (before === undefined)
      throw new Error(
        `The list before audit ${row.number} is too long for the audit, so it was not kept whole. Set it with alias.`,
      );
    const undoing = `Undoing audit ${row.number}: ${row.what}, by ${row.who}`;
    if (before === null) {
      const cleared = await call<ClearAnswer>('DELETE', aliasPath(name));
      console.log(undoing);
      return tellUnlisted(name, cleared);
    }
    const set = await call<SetAnswer>('PUT', aliasPath(name), before);
    console.log(undoing);
    return tell(`${name} is served by ${deploymentsText(before.deployments)}`, set);
  }
  throw new Error(`The audit has no change of the list of ${name}.`);
}

async function safeguard(args: string[]): Promise<void> {
  const flags = flagsOf('safeguard', args);
  const feature = requiredFlag('feature', flags.feature);
  const body = { ...endFrom(flags, Date.now()), reason: requiredFlag('reason', flags.reason) };
  const set = await call<SetAnswer>('PUT', `/admin/safeguards/${encodeURIComponent(feature)}`, body);
  tell(`${feature} is served by its safeguard`, set);
}

async function unsafeguard(args: string[]): Promise<void> {
  const feature = requiredFlag('feature', flagsOf('unsafeguard', args).feature);
  const answer = await call<ClearAnswer>('DELETE', `/admin/safeguards/${encodeURIComponent(feature)}`);
  tellCleared(answer, `${feature} is served normally again`, `${feature} had no safeguard set`);
}

async function freeze(args: string[]): Promise<void> {
  const flags = flagsOf('freeze', args);
  const body = { ...endFrom(flags, Date.now()), reason: requiredFlag('reason', flags.reason) };
  tell('No promotion goes on', await call<SetAnswer>('PUT', '/admin/freeze', body));
}

async function unfreeze(args: string[]): Promise<void> {
  flagsOf('unfreeze', args);
  tellCleared(await call<ClearAnswer>('DELETE', '/admin/freeze'), 'The freeze is over', 'There was no freeze');
}

async function readList(path: string): Promise<ListedDeployment[]> {
  const written = await readFile(path, 'utf8').catch(() => {
    throw new UsageError(`--list ${path}: there is no such file`);
  });
  let list: unknown;
  try {
    list = JSON.parse(written);
  } catch (error) {
    throw new UsageError(`--list ${path} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (Array.isArray(list)) return list as ListedDeployment[];
  throw new UsageError(`--list ${path} holds no JSON list such as [{"id": "a", "model": "gpt-5.6-terra"}]`);
}

interface SetAnswer {
  until: number | null;
  knownEverywhereWithinSeconds: number;
}

interface ClearAnswer {
  cleared: boolean;
  knownEverywhereWithinSeconds?: number;
}

function tell(what: string, { until, knownEverywhereWithinSeconds }: SetAnswer): void {
  console.log(`${what} ${untilText(until, Date.now())}.`);
  console.log(elsewhere(knownEverywhereWithinSeconds));
}

function tellCleared({ cleared, knownEverywhereWithinSeconds = 60 }: ClearAnswer, done: string, was: string): void {
  console.log(cleared ? `${done}. ${elsewhere(knownEverywhereWithinSeconds)}` : `${was}.`);
}

function elsewhere(seconds: number): string {
  const { url } = adminTarget(process.env);
  return `In force now in the isolate at ${url} that answered this call, elsewhere within ${seconds} s plus KV's own delay.`;
}

function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  return adminCall<Answer>(adminTarget(process.env), method, path, body);
}
