/** `npm run incidents`: shows, opens, edits and closes incidents in the router that `npm run keys` calls. */
import type { Incident, IncidentPage } from '../worker/core/slo/incident.ts';
import { adminCall } from './admin-call.ts';
import { adminTarget } from './admin-target.ts';
import { readFlags, requiredFlag } from './flags.ts';
import { incidentLines, onlyOpenOne, pageLines } from './incidents/lines.ts';
import { runScript } from './run-script.ts';
import { warnOfUnknownTenant } from './unknown-tenant.ts';

const USAGE = `npm run incidents -- list [--most 20] [--before NUMBER] [--json]   newest first
npm run incidents -- open --title TEXT [--objective NAME] [--feature NAME] [--tenant NAME] [--note TEXT] [--public TEXT]
npm run incidents -- note [--id ID] --note TEXT        a note for operators
npm run incidents -- publish [--id ID] --public TEXT   a note for everyone who reads the status page
npm run incidents -- close [--id ID] [--public TEXT]

Without --id, these commands are for the open incident, if there is exactly one.
It calls the router on this machine (at PORT, or where it was last started), or another one with CARRYON_URL and ADMIN_KEY, as npm run keys does.`;

const text = { type: 'string' } as const;
const ID = { id: text, public: text } as const;
const COMMANDS = { list, open, note, publish, close } as const;

await runScript({ usage: USAGE, commands: COMMANDS, otherwise: list });

async function list(args: string[]): Promise<void> {
  const { json, most = '20', before } = readFlags(args, { most: text, before: text, json: { type: 'boolean' } });
  const query = new URLSearchParams({ most, ...(before !== undefined && { before }) });
  const page = await call<IncidentPage>('GET', `/admin/incidents?${query}`);
  console.log(json ? JSON.stringify(page, null, 2) : pageLines(page, Date.now()).join('\n'));
}

async function open(args: string[]): Promise<void> {
  const { public: publicNote, ...given } = readFlags(args, {
    title: text,
    objective: text,
    feature: text,
    tenant: text,
    note: text,
    public: text,
  });
  requiredFlag('title', given.title);
  tell(await call<Incident>('POST', '/admin/incidents', { ...given, ...(publicNote !== undefined && { publicNote }) }));
  if (given.tenant !== undefined) await warnOfUnknownTenant(adminTarget(process.env), given.tenant);
}

async function note(args: string[]): Promise<void> {
  const { id, note } = readFlags(args, { id: text, note: text });
  await change(id, { note: requiredFlag('note', note) });
}

async function publish(args: string[]): Promise<void> {
  const { id, public: publicNote } = readFlags(args, ID);
  await change(id, { publicNote: requiredFlag('public', publicNote) });
}

async function close(args: string[]): Promise<void> {
  const { id, public: publicNote } = readFlags(args, ID);
  await change(id, { close: true, ...(publicNote !== undefined && { publicNote }) });
}

async function change(id: string | undefined, body: object): Promise<void> {
  const which = id ?? (await theOpenOne());
  tell(await call<Incident>('PUT', `/admin/incidents/${encodeURIComponent(which)}`, body));
}

async function theOpenOne(): Promise<string> {
  const { incidents } = await call<IncidentPage>('GET', '/admin/incidents?most=200');
  return onlyOpenOne(incidents);
}

function tell(incident: Incident): void {
  console.log(incidentLines(incident, Date.now()).join('\n'));
}

function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  return adminCall<Answer>(adminTarget(process.env), method, path, body);
}
